using Alice.ML.Models;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Data;
using Alice.ML.Training.Rules;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Microsoft.ML.Trainers;

namespace Alice.ML.Trainers;

/// <summary>What the Alice trainers of every task share: reading and standardizing the rows, training a feed-forward
/// network with the Alice optimizer, and folding the standardization into the weights of the model.
/// </summary>
/// <typeparam name="TTransformer">The transformer that Fit gives.</typeparam>
/// <typeparam name="TModel">The model parameters in it.</typeparam>
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

    /// <summary>Trains on <paramref name="input"/>, read once.</summary>
    /// <param name="input">Rows with the label, feature and, where one is named, weight columns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    /// <exception cref="InvalidOperationException">No usable rows, labels that cannot be learned from, or a run that
    /// diverged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before networks were measured on held-out rows, or the
    /// first epoch ended.</exception>
    /// <exception cref="IOException"><see cref="AliceTrainerOptions.CheckpointPath"/> cannot be written, or is a file
    /// of another kind; or <see cref="AliceTrainerOptions.TemporaryFolder"/> has no room for the rows.</exception>
    public new TTransformer Fit(IDataView input)
    {
        return Together(() =>
        {
            Check(input);
            return base.Fit(input);
        });
    }

    /// <summary>Trains on <paramref name="trainData"/> and evaluates every epoch on <paramref name="validationData"/>;
    /// the model has the weights of the epoch with the lowest validation loss.
    /// </summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="validationData">Rows with the same columns, to measure on.</param>
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

    /// <summary>Trains on <paramref name="trainData"/> from the weights of an earlier model on.</summary>
    /// <param name="trainData">Rows to learn from.</param>
    /// <param name="modelParameters">Model of a trainer like this one, with the same columns and layers.</param>
    /// <exception cref="ArgumentException">The model does not fit the columns or the options.</exception>
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
        var ensemble = new Ensemble(_options, rows, settings);
        settings = settings with { UsesKernels = ensemble.SuitsKernels(settings) };
        // Several networks take a thread each.
        using var threads = new TorchThreads(_options.NumberOfNetworks > 1
            ? 1
            : _options.NumberOfThreads ?? AutoRules.Threads(ensemble.Parameters, settings.BatchSize));
        var chosen = ChosenNetworks.Of(fit, rows, ensemble, settings);
        channel.Info($"Training on {rows.Training.TotalRows:N0} rows of {rows.Preparation.InputCount:N0} features: "
            + $"{chosen}, batches of {settings.BatchSize:N0}, device {learned.DescribeDevice()}, seed {fit.Seed}.");
        using var trained = TrainedNetworks.Of(fit, rows, chosen, settings);
        var networks = rows.Background.AddTo(ensemble.Fold(trained.Members, trained.Choice.Calibration));
        return CreateModel(networks, FitSummary.Of(fit, learned, trained, settings, networks), fit.Label);
    }

    private NetworkEnsemble? InitialNetworks(IPredictor? model) => model is null
        ? null
        : NetworksOf(model)
            ?? throw new ArgumentException($"Cannot go on from a {model.GetType().Name}: it is not of this trainer.");

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
