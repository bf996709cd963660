using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Data;
using Alice.ML.Training.Fit;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Reading;
using Alice.ML.Training.Rules;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Trainers;

/// <summary>Base class of the Alice trainers. It reads and standardizes the rows, trains an ensemble of feed-forward
/// networks with the Alice optimizer, and makes the model.</summary>
/// <typeparam name="TTransformer">Type of the transformer that Fit returns.</typeparam>
/// <typeparam name="TModel">Type of the model parameters in the transformer.</typeparam>
public abstract class AliceTrainer<TTransformer, TModel>
    : TrainerEstimatorBase<TTransformer, TModel>, IEstimator<TTransformer>
    where TTransformer : ISingleFeaturePredictionTransformer<TModel>
    where TModel : class
{
    private readonly AliceTrainerOptions _options;

    // Null: nobody has given one, and that of a checkpoint is as good.
    private readonly int? _givenSeed;
    private readonly int _seed;

    private protected AliceTrainer(
        IHostEnvironment environment, string name, AliceTrainerOptions options, SchemaShape.Column label)
        : base(Contracts.CheckRef(environment, nameof(environment)).Register(name),
            TrainerUtils.MakeR4VecFeature(options.FeatureColumnName), label,
            TrainerUtils.MakeR4ScalarWeightColumn(options.ExampleWeightColumnName))
    {
        _options = options.Copy();
        _givenSeed = options.Seed ?? (environment as IHostEnvironmentInternal)?.Seed;
        _seed = _givenSeed ?? Random.Shared.Next();
    }

    /// <inheritdoc/>
    public override TrainerInfo Info { get; } =
        new(normalization: false, caching: false, supportValid: true, supportIncrementalTrain: true);

    /// <summary>Trains a model on <paramref name="input"/>. The data is read once.</summary>
    /// <param name="input">Training rows, with the label column, the feature column and, if one is named, the weight
    /// column.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">There are no usable rows, the labels cannot be learned, or training
    /// diverged.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled before the first networks were measured on
    /// held-out rows or, if no plans are compared, before the first epoch ended.</exception>
    /// <exception cref="IOException">The file <see cref="AliceTrainerOptions.CheckpointPath"/> cannot be written or is
    /// not a checkpoint, or <see cref="AliceTrainerOptions.TemporaryFolder"/> has no room for the rows.</exception>
    public new TTransformer Fit(IDataView input)
    {
        return Together(() =>
        {
            Check(input);
            return base.Fit(input);
        });
    }

    /// <summary>Trains a model on <paramref name="trainData"/>, and measures the loss on
    /// <paramref name="validationData"/> after every epoch of the final training. The model has the weights of the
    /// epoch with the lowest validation loss. 50 or more validation rows also compare the plans, in place of held-out
    /// training rows.</summary>
    /// <param name="trainData">Training rows.</param>
    /// <param name="validationData">Validation rows, with the same columns.</param>
    /// <inheritdoc cref="Fit(IDataView)" path="/exception"/>
    public TTransformer Fit(IDataView trainData, IDataView validationData)
    {
        return Together(() =>
        {
            Check(trainData);
            Check(validationData);
            return TrainTransformer(trainData, validationData);
        });
    }

    /// <summary>Trains on <paramref name="trainData"/>, starting from the weights of an existing model.</summary>
    /// <param name="trainData">Training rows.</param>
    /// <param name="modelParameters">Model made by the same kind of trainer, with the same number of features, layers,
    /// activation and number of networks.</param>
    /// <exception cref="ArgumentException">The model does not match the feature column or the options.</exception>
    /// <inheritdoc cref="Fit(IDataView)" path="/exception"/>
    public TTransformer Fit(IDataView trainData, TModel modelParameters)
    {
        ArgumentNullException.ThrowIfNull(modelParameters);
        return Together(() =>
        {
            Check(trainData);
            return TrainTransformer(trainData, initPredictor: (IPredictor)modelParameters);
        });
    }

    private protected sealed override TModel TrainModelCore(TrainContext trainContext)
    {
        var clock = new RunClock();
        OptionErrors.CheckValidation(_options, trainContext.ValidationSet is not null);
        using var channel = Host.Start("Training");
        var peers = Peers.Of(_options.Communicator, _options.Replicated);
        if (peers is not null)
            SameOnAllRanks.Require(peers, _options, GetType(), trainContext);
        var found = TorchDevice.Resolve(peers is null ? _options.Device : "cpu");
        using var checkpoint = RunCheckpoint.Open(_options, clock, channel, peers);
        var seed = _givenSeed ?? checkpoint?.Seed ?? _seed;
        var fit = new FitContext(_options, channel, clock, peers, checkpoint)
        {
            Seed = peers?.Broadcast(seed) ?? seed,
            Label = trainContext.TrainingSet.Schema.Label!.Value,
            Feature = trainContext.TrainingSet.Schema.Feature!.Value,
            IsCancelled = IsCancelled,
        };
        // Ranks keep parts of the rows in memory.
        using var memory = peers?.OfRows is null ? new RowMemory(_options, Host, fit.Seed) : null;
        var read = RowsAsRead.Read(fit, trainContext, memory);
        var learned = FitTask.Of(
            fit, read, CreateTask(read.Training, fit.Label), InitialNetworks(trainContext.InitialPredictor), found);
        using var rows = ScaledRows.Of(fit, learned);
        peers?.Attach(clock, IsCancelled);
        var settings = FitSettings.Of(fit, rows, learned.Device);
        var ensemble = new EnsemblePlan(_options, rows, settings);
        settings = settings with { UsesKernels = ensemble.SuitsKernels(settings) };
        // Several networks take a thread each.
        using var threads = new TorchThreads(_options.NumberOfNetworks > 1
            ? 1
            : _options.NumberOfThreads ?? AutoRules.Threads(ensemble.Parameters, settings.BatchSize));
        var chosen = ChosenNetworks.Of(fit, rows, ensemble, settings);
        channel.Info($"Training on {rows.Training.TotalRows:N0} rows of {rows.Preparation.InputCount:N0} features: "
            + $"{chosen}, batches of {settings.BatchSize:N0}, device {learned.DescribeDevice()}, seed {fit.Seed}.");
        using var trained = TrainedNetworks.Of(fit, rows, chosen, settings);
        var networks = rows.Background.AddTo(ensemble.CreateModel(trained.Members, trained.Choice.Calibration));
        return CreateModel(networks, FitSummary.Of(fit, learned, trained, settings, networks), fit.Label);
    }

    private NetworkEnsemble? InitialNetworks(IPredictor? model) => model is null
        ? null
        : NetworksOf(model)
            ?? throw new ArgumentException($"Cannot continue from a {model.GetType().Name}: another trainer made it.");

    /// <summary>What the network has to learn from these rows.</summary>
    /// <param name="data">The training rows.</param>
    /// <param name="label">The label column.</param>
    /// <exception cref="InvalidOperationException">The labels cannot be learned from.</exception>
    internal abstract LearningTask CreateTask(TrainingData data, DataViewSchema.Column label);

    private protected abstract TModel CreateModel(
        NetworkEnsemble networks, AliceTrainingSummary summary, DataViewSchema.Column label);

    /// <summary>The networks of a model of this trainer; null for a model of another.</summary>
    private protected abstract NetworkEnsemble? NetworksOf(IPredictor model);

    private void Check(IDataView data)
    {
        ArgumentNullException.ThrowIfNull(data);
        SchemaChecks.Check(data.Schema, LabelColumn.Name, FeatureColumn, WeightColumn);
        CheckLabel(data.Schema[LabelColumn.Name]);
        SchemaChecks.CheckRanks(_options, data.Schema[LabelColumn.Name]);
        MemoryCheck.Require(_options, data.Schema[FeatureColumn.Name]);
    }

    /// <summary>Checks what the schema says of the labels' values.</summary>
    private protected virtual void CheckLabel(DataViewSchema.Column label)
    {
    }

    private bool IsCancelled() =>
        _options.CancellationToken.IsCancellationRequested || (Host as ICancelable)?.IsCanceled == true;

    /// <summary>Does what all ranks do. They would wait for one that fails alone.</summary>
    private TTransformer Together(Func<TTransformer> fit)
    {
        if (_options.Communicator is not { Size: > 1 } communicator)
            return fit();
        try
        {
            return fit();
        }
        catch (Exception e)
        {
            communicator.Fail(e.Message);
            throw;
        }
    }
}
