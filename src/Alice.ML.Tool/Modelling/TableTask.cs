using System.Globalization;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>How to draw the course of a training.</summary>
/// <param name="Quantity">What is drawn of each epoch.</param>
/// <param name="OfLoss">From an epoch's loss to that.</param>
/// <param name="Test">Its value on the test rows; null where none of the metrics is that.</param>
internal sealed record LearningCurve(string Quantity, Func<double, double> OfLoss, double? Test);

/// <summary>
/// What differs between regression, binary and multiclass classification: the trainer, the outputs and the metrics.
/// </summary>
internal abstract class TableTask(TableSchema schema)
{
    /// <summary>The columns.</summary>
    protected TableSchema Schema { get; } = schema;

    /// <summary>The task of a schema's label.</summary>
    public static TableTask For(TableSchema schema) => schema.Target.Task switch
    {
        TaskKind.Binary => new BinaryTask(schema),
        TaskKind.Multiclass => new MulticlassTask(schema),
        _ => new RegressionTask(schema),
    };

    /// <summary>As --task takes it.</summary>
    public string Name => Schema.Target.Task.ToString().ToLowerInvariant();

    /// <summary>The <see cref="Metric.Key"/> of the error that training makes small.</summary>
    public virtual string LossKey => "logLoss";

    /// <summary>The head of a file of predictions.</summary>
    public abstract IReadOnlyList<string> Header { get; }

    /// <summary>Fits the whole pipeline: the columns' transforms and the network.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="train">The training rows.</param>
    /// <param name="validation">Rows to measure every epoch on, or null.</param>
    /// <param name="settings">The network.</param>
    /// <param name="progress">Told of every epoch.</param>
    /// <param name="cancellation">Ends the training with what it has learned after one epoch.</param>
    public ITransformer Fit(MLContext ml, IDataView train, IDataView? validation, NetworkSettings settings,
        IProgress<AliceProgress> progress, CancellationToken cancellation)
    {
        var columns = FeaturePipeline.Fit(ml, Schema, train);
        var fit = new NetworkFit(
            ml, columns.Training, validation is null ? null : columns.Transforms.Transform(validation));
        var network = FitNetwork(fit,
            options => settings.Apply(options, Schema.Label.Name, columns.Features, progress, cancellation), settings);
        return columns.Transforms.Append(network);
    }

    /// <summary>Trains on what the transforms gave.</summary>
    /// <param name="fit">Data and context.</param>
    /// <param name="complete">Fills in the options that all tasks share.</param>
    /// <param name="settings">The others.</param>
    protected abstract ITransformer FitNetwork(
        NetworkFit fit, Action<AliceTrainerOptions> complete, NetworkSettings settings);

    /// <summary>
    /// The model's numbers for each row, in order: the score, the probability, or one probability a class. A row that
    /// cannot be scored has some that are not finite.
    /// </summary>
    public float[][] Predict(ITransformer model, IDataView rows) => Outputs(model.Transform(rows));

    /// <summary>Whether a row has a score.</summary>
    public static bool IsScored(float[] outputs) => outputs.All(float.IsFinite);

    /// <summary>The metrics of a model on rows; those that it cannot score are left out and counted.</summary>
    /// <exception cref="UserException">It can score none.</exception>
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

    /// <summary>The columns that hold the outputs.</summary>
    protected abstract float[][] Outputs(IDataView scored);

    /// <summary>Compares outputs with the true labels, as <see cref="Target.Read"/> gives them.</summary>
    public abstract IReadOnlyList<Metric> Evaluate(MLContext ml, float[] labels, float[][] outputs);

    /// <summary>A line of a file of predictions, a field for each of <see cref="Header"/>.</summary>
    public abstract IEnumerable<string> Fields(float[] outputs);

    /// <summary>How to draw the training.</summary>
    public abstract LearningCurve Curve(NetworkSettings settings, IReadOnlyList<Metric> test);

    /// <summary>A number as text that reads back as the same.</summary>
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
