using System.Diagnostics;
using Alice.ML.Models;
using Alice.ML.Runtime;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Trainers;

/// <summary>
/// What the Alice trainers of every task share: reading and standardising the rows, training a feed-forward network with the
/// Alice optimizer, and folding the standardisation into the weights of the model.
/// </summary>
/// <typeparam name="TTransformer">The transformer that Fit gives.</typeparam>
/// <typeparam name="TModel">The model parameters in it.</typeparam>
public abstract class AliceTrainer<TTransformer, TModel> : TrainerEstimatorBase<TTransformer, TModel>, IEstimator<TTransformer>
    where TTransformer : ISingleFeaturePredictionTransformer<TModel>
    where TModel : class
{
    private readonly AliceTrainerOptions _options;
    private readonly int _seed;

    private protected AliceTrainer(IHostEnvironment environment, string name, AliceTrainerOptions options, SchemaShape.Column label)
        : base(Contracts.CheckRef(environment, nameof(environment)).Register(name),
            TrainerUtils.MakeR4VecFeature(options.FeatureColumnName), label,
            TrainerUtils.MakeR4ScalarWeightColumn(options.ExampleWeightColumnName))
    {
        _options = options.Copy();
        _seed = options.Seed ?? (environment as IHostEnvironmentInternal)?.Seed ?? Random.Shared.Next();
    }

    /// <inheritdoc/>
    public override TrainerInfo Info { get; } = new(normalization: false, caching: false);

    /// <summary>Trains on <paramref name="input"/>, read once.</summary>
    /// <param name="input">Rows with the label, feature and, where one is named, weight columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No usable rows, a label that does not vary, or a run that diverged.</exception>
    public new TTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        SchemaChecks.Check(input.Schema, LabelColumn.Name, FeatureColumn, WeightColumn);
        return base.Fit(input);
    }

    private protected sealed override TModel TrainModelCore(TrainContext trainContext)
    {
        var clock = Stopwatch.StartNew();
        using var channel = Host.Start("Training");
        var device = TorchDevice.Resolve(_options.Device);
        var data = DataReader.Read(trainContext.TrainingSet, channel);
        var task = CreateTask(data);

        var inputs = Standardization.OfFeatures(data);
        inputs.Apply(data.Features.AsSpan(0, data.Rows * data.Columns));
        task.Targets.Apply(data.Labels.AsSpan(0, data.Rows));

        var shape = new NetworkShape([data.Columns, .. _options.HiddenLayers, task.Outputs], _options.Activation, _options.Dropout);
        var settings = CreateSettings(data.Rows, device);
        channel.Info($"Training on {data.Rows:N0} rows of {data.Columns:N0} features: {shape.Parameters:N0} parameters, "
            + $"{settings.NumberOfEpochs:N0} epochs, batches of {settings.BatchSize:N0}, device {device}, seed {_seed}.");

        using var threads = new TorchThreads(_options.NumberOfThreads ?? TrainingBudget.Threads(shape, settings.BatchSize));
        using var trainer = new NetworkTrainer(data, shape, task.Objective, settings, clock);
        var weights = trainer.Run(epoch =>
        {
            epoch = epoch with { TrainingLoss = epoch.TrainingLoss * task.LossUnit };
            channel.Info($"Epoch {epoch.Epoch} of {epoch.NumberOfEpochs}: loss {epoch.TrainingLoss:g6}, "
                + $"learning rate {epoch.LearningRate:g3}, {epoch.Seconds:f1} s.");
            _options.Progress?.Report(epoch);
        });
        Folding.Fold(shape, inputs, task.Targets, weights);
        return CreateModel(new DenseNetwork(shape.LayerSizes, shape.Activation, weights));
    }

    /// <summary>What the network has to learn from these rows.</summary>
    /// <exception cref="InvalidOperationException">The labels cannot be learned from.</exception>
    private protected abstract LearningTask CreateTask(TrainingData data);

    private protected abstract TModel CreateModel(DenseNetwork network);

    private TrainingSettings CreateSettings(int rows, TorchSharp.torch.Device device)
    {
        var batchSize = Math.Min(_options.BatchSize ?? TrainingBudget.BatchSize(rows), rows);
        var optimizer = _options.Optimizer;
        return new TrainingSettings
        {
            Optimizer = optimizer,
            LearningRate = _options.LearningRate ?? optimizer.LearningRate,
            Schedule = _options.LearningRateSchedule,
            NumberOfEpochs = _options.NumberOfEpochs ?? TrainingBudget.Epochs(rows, batchSize),
            BatchSize = batchSize,
            Seed = _seed,
            Device = device,
        };
    }
}

/// <summary>Objective and outputs of a task.</summary>
/// <param name="Objective">The loss.</param>
/// <param name="Outputs">Outputs of the network.</param>
/// <param name="Targets">How labels become targets, and outputs scores.</param>
/// <param name="LossUnit">What a loss of the network is multiplied by to be in the label's units.</param>
internal sealed record LearningTask(IObjective Objective, int Outputs, Standardization Targets, double LossUnit);
