using System.Globalization;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>How to draw a learning curve.</summary>
/// <param name="Quantity">The quantity on the vertical axis.</param>
/// <param name="OfLoss">Converts the loss of an epoch to the quantity.</param>
/// <param name="Test">Its value on the test rows. Null if no metric has it.</param>
internal sealed record LearningCurve(string Quantity, Func<double, double> OfLoss, double? Test);

/// <summary>What <see cref="TableTask.Fit"/> learned.</summary>
/// <param name="Model">The whole pipeline, for any rows: the transforms and the network.</param>
/// <param name="Training">The training rows as the network got them, with out-of-fold encodings.</param>
internal sealed record FittedTable(ITransformer Model, IDataView Training);

/// <summary>What differs between regression, binary and multiclass classification: trainer, outputs, metrics.</summary>
internal abstract class TableTask(TableSchema schema)
{
    /// <summary>The schema of the file.</summary>
    protected TableSchema Schema { get; } = schema;

    /// <summary>The task of a schema's label.</summary>
    public static TableTask For(TableSchema schema) => schema.Target.Task switch
    {
        TaskKind.Binary => new BinaryTask(schema),
        TaskKind.Multiclass => new MulticlassTask(schema),
        _ => new RegressionTask(schema),
    };

    /// <summary>Name for --task.</summary>
    public string Name => Schema.Target.Task.ToString().ToLowerInvariant();

    /// <summary>The <see cref="Metric.Key"/> of the error that training minimizes.</summary>
    public virtual string LossKey => "logLoss";

    /// <summary>Column names of a file with predictions.</summary>
    public abstract IReadOnlyList<string> Header { get; }

    /// <summary>Fits the whole pipeline: the transforms and the network.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="settings">Options of the network.</param>
    /// <param name="progress">Receives the progress.</param>
    /// <param name="cancellation">Ends the training. After the first epoch, the current model is returned.</param>
    public FittedTable Fit(MLContext ml, IDataView train, IDataView? validation, NetworkSettings settings,
        IProgress<AliceProgress> progress, CancellationToken cancellation)
    {
        // Replicated ranks have the same rows, and so the same transforms.
        var columns = settings is { Ranks: { } ranks, Replicated: false }
            ? FeaturePipeline.Share(ml, ranks, Schema, train, settings.Seed)
            : FeaturePipeline.Fit(ml, Schema, train, settings.Seed);
        var fit = new NetworkFit(
            ml, columns.Training, validation is null ? null : columns.Transforms.Transform(validation));
        var network = FitNetwork(fit,
            options => settings.Apply(options, Schema.Label.Name, columns.Features, progress, cancellation), settings);
        return new FittedTable(columns.Transforms.Append(network), columns.Training);
    }

    /// <summary>Trains the network on transformed rows.</summary>
    /// <param name="fit">Data and context.</param>
    /// <param name="complete">Sets the options that all tasks share.</param>
    /// <param name="settings">Options of the network.</param>
    protected abstract ITransformer FitNetwork(
        NetworkFit fit, Action<AliceTrainerOptions> complete, NetworkSettings settings);

    /// <summary>Predicts each row, in order: the score, the probability, or the probability of each class. If a row
    /// cannot be scored, some of its values are not finite.</summary>
    public float[][] Predict(ITransformer model, IDataView rows) => Outputs(model.Transform(rows));

    /// <summary>Whether a row could be scored.</summary>
    public static bool IsScored(float[] outputs) => outputs.All(float.IsFinite);

    /// <summary>The metrics on test rows. Rows that cannot be scored are left out and counted.</summary>
    /// <exception cref="UserException">No row can be scored.</exception>
    public IReadOnlyList<Metric> Test(
        MLContext ml, ITransformer model, IDataView rows, float[] labels, Action<string> note)
    {
        var outputs = Predict(model, rows);
        int[] scored = [.. Enumerable.Range(0, outputs.Length).Where(row => IsScored(outputs[row]))];
        if (scored.Length == 0)
            throw new UserException(
                "the model scores none of the rows; it is damaged, or "
                + "their features are far outside its training range");
        if (scored.Length < outputs.Length)
            note($"{outputs.Length - scored.Length} of {outputs.Length} rows cannot be scored: "
                + "left out of the metrics");
        return Evaluate(ml, [.. scored.Select(row => labels[row])], [.. scored.Select(row => outputs[row])]);
    }

    /// <summary>Reads the outputs from the scored rows.</summary>
    protected abstract float[][] Outputs(IDataView scored);

    /// <summary>Evaluates outputs against labels as <see cref="Target.Read"/> returns them.</summary>
    public abstract IReadOnlyList<Metric> Evaluate(MLContext ml, float[] labels, float[][] outputs);

    /// <summary>One line of a file with predictions, with the fields of <see cref="Header"/>.</summary>
    public abstract IEnumerable<string> Fields(float[] outputs);

    /// <summary>How to draw the learning curve.</summary>
    public abstract LearningCurve Curve(NetworkSettings settings, IReadOnlyList<Metric> test);

    /// <summary>A number as text that can be parsed without loss.</summary>
    protected static string Text(float value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The data of one fit.</summary>
    protected sealed record NetworkFit(MLContext ML, IDataView Train, IDataView? Validation)
    {
        public TTransformer By<TTransformer, TModel>(AliceTrainer<TTransformer, TModel> trainer)
            where TTransformer : ISingleFeaturePredictionTransformer<TModel>
            where TModel : class =>
                Validation is null ? trainer.Fit(Train) : trainer.Fit(Train, Validation);
    }
}
