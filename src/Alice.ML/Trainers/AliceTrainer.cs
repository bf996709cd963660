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
        seed = peers?.Broadcast(seed) ?? seed;
        // Ranks keep parts of the rows in memory.
        using var memory = peers?.OfRows is null ? new RowMemory(_options, Host, seed) : null;
        var training = DataReader.Read(trainContext.TrainingSet, channel, memory: memory, peers: peers);
        var task = CreateTask(training, trainContext.TrainingSet.Schema.Label!.Value);
        var (device, deviceChoice) = ChooseDevice(found, training, task);
        var initial = trainContext.InitialPredictor is { } predictor
            ? InitialModel(predictor, training.Columns, task.Outputs) : null;

        peers?.RequireSame("the model to go on from: load the same one on all ranks", $"{RunIdentity.Hash(initial)}");

        // Rows as they were read decide whether a run may be resumed: what follows changes them.
        var validation = trainContext.ValidationSet is { } set
            ? DataReader.Read(set, channel, "validation", memory, peers)
            : null;
        if (peers?.OfNetworks is not null)
            SameOnAllRanks.RequireRows(peers, training, validation, trainContext.TrainingSet.Schema.Feature!.Value);
        checkpoint?.Begin(
            RunIdentity.Of(_options, seed, device, training, validation, initial),
            FeatureNames.Of(trainContext.TrainingSet.Schema.Feature!.Value));
        var leftOut = LeftOutLabels.None;
        if (task.LeavesOutExtremeLabels)
            (training, leftOut) = WithoutExtremeLabels(
                training, task.LabelScales, trainContext.TrainingSet.Schema.Label!.Value, channel);

        if (validation is null && _options.ValidationFraction > 0)
            (training, validation) = Peers.Agree(peers, () => training.Split(_options.ValidationFraction, seed));

        var isText = initial is null && WideTables.IsText(_options, task, training);
        var preparation = initial?.Preparation
            ?? Scale(training, isText, trainContext.TrainingSet.Schema.Feature!.Value, channel);
        var background = BackgroundRows.Draw(training, _options.NumberOfBackgroundRows, seed);
        (training, validation) = TrainingData.Prepare(training, validation, preparation);
        var common = isText ? WideTables.TextScale(task, training) : Standardization.Identity(training.Columns);
        using var rows = TrainingRows.Open(training, validation, task, common, device);
        var settings = CreateSettings(training, task, isText, device, seed, peers);
        peers?.Attach(clock, IsCancelled);
        var ensemble = new Ensemble(_options, task, training, (preparation, common), initial, settings);
        settings = settings with { UsesKernels = training.Peers is not null
            || ensemble.SuitsKernels(training, settings) };
        // Several networks take a thread each.
        using var threads = new TorchThreads(_options.NumberOfNetworks > 1
            ? 1
            : _options.NumberOfThreads ?? AutoRules.Threads(ensemble.Parameters, settings.BatchSize));
        var saved = checkpoint?.Saved(TrainingPhase.Training);
        var state = saved is null ? null : TrainingState.Restore(saved, ensemble, settings);
        var choice = state is not null ? state.Choice
            : initial is null && !isText && IsOpen(ensemble, task) && training.TotalRows >= AutoRules.LeastRowsOfRace
            ? new PlanChoice(_options, task, ensemble, rows, settings, channel,
                clock)
            { Checkpoint = checkpoint }.Make()
            : new PlanChoice.Result(ensemble.CreateMembers(settings));
        channel.Info($"Training on {training.TotalRows:N0} rows of {preparation.InputCount:N0} features: "
            + $"{ensemble.Parameters:N0} parameters, "
            + $"{Math.Ceiling(choice.Members.Max(member => member.Course.Length)):N0} epochs, batches of "
            + $"{settings.BatchSize:N0}, device {device}{(deviceChoice is null ? "" : $" ({deviceChoice})")}, seed "
            + $"{seed}.");

        using var trainer = new EnsembleTrainer(rows.Training, rows.Validation, choice.Members, task, settings, clock)
        {
            IsStarted = choice.Estimate is not null,
            Checkpoint = checkpoint,
        };
        List<AliceEpoch> epochs = [.. state?.Epochs ?? []];
        if (saved is not null)
            trainer.Restore(saved);
        checkpoint?.CloseSaved();
        checkpoint?.Enter(TrainingPhase.Training,
            writer => TrainingState.Save(writer, choice, ensemble, epochs, trainer));
        trainer.Run(epoch => Report(InLabelUnits(epoch, task), task.Objective.MetricName, choice, epochs, channel));
        checkpoint?.Save(isFinished: true);
        var networks = background.AddTo(ensemble.Fold(trainer.Members, choice.Calibration));
        return CreateModel(
            networks,
            new AliceTrainingSummary
            {
                Epochs = epochs,
                BestEpoch = validation is null
                || epochs.Count == 0 ? epochs.Count : epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch,
                StopReason = trainer.StopReason == StopReason.Finished ? choice.StopReason
                ?? StopReason.Finished : trainer.StopReason,
                MetricName = task.Objective.MetricName,
                Estimate = choice.Estimate is { } estimate
                ? leftOut.Complete(estimate, label => training.Known(label) + (validation?.Known(label) ?? 0),
                    networks) : null,
                Candidates = choice.Candidates,
                TrainingRows = training.TotalRows,
                ValidationRows = validation?.TotalRows ?? 0,
                BatchSize = settings.BatchSize,
                WeightDecays = [.. trainer.Members.Select(member => member.WeightDecay)],
                NumericEncodings = [.. ensemble.Plans.Select(plan => plan.Encoding)],
                Restarts = trainer.Members.Sum(member => member.Restarts),
                Device = device.ToString(),
                DeviceChoice = deviceChoice,
                Seed = seed,
                Seconds = clock.Elapsed.TotalSeconds,
            },
            trainContext.TrainingSet.Schema.Label!.Value);
    }

    /// <summary>"auto" takes a card that is there only where it is faster.</summary>
    private (TorchSharp.torch.Device Device, string? Choice) ChooseDevice(
        TorchSharp.torch.Device found, TrainingData data, LearningTask task)
    {
        if (_options.Device != "auto" || found.type == TorchSharp.DeviceType.CPU)
            return (found, null);
        int[] sizes = [data.Columns, .. _options.HiddenLayers ?? AutoRules.HiddenLayers(
            data.Columns, data.LabelCount, task.Classes), task.Outputs];
        var estimate = DeviceEstimate.Of(
            sizes, data.Features.StoredColumns, _options.BatchSize ?? AutoRules.BatchSize(data.Rows),
            _options.NumberOfNetworks, _options.NumberOfThreads ?? Environment.ProcessorCount);
        return (estimate.PrefersCard ? found : TorchSharp.torch.CPU, $"auto: {estimate}");
    }

    private bool IsOpen(Ensemble ensemble, LearningTask task) =>
        ensemble.Candidates.Count > 1 || _options.NumberOfEpochs is null || task.Levels.Count > 0;

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

    private (TrainingData Kept, LeftOutLabels LeftOut) WithoutExtremeLabels(
        TrainingData training, IReadOnlyList<ColumnScale> labels, DataViewSchema.Column column, IChannel channel)
    {
        if (labels.All(label => label.Extreme == 0))
            return (training, LeftOutLabels.None);
        const string remedy = "Mend them, or set Loss to RegressionLoss.Absolute or Huber to keep them.";
        if (labels.Count == 1)
            channel.Warning($"Left out {labels[0].Extreme:N0} of {training.TotalRows:N0} rows: their labels in "
                + $"'{column.Name}' are extreme and stand alone, while the others lie between {labels[0].Lowest} and "
                + $"{labels[0].Highest}. {remedy}");
        else
        {
            string[] extreme = [.. LabelNames.Of(column).Zip(labels).Where(label => label.Second.Extreme > 0).Select(
                label => $"'{label.First}' ({label.Second.Extreme:N0} beyond {label.Second.Lowest} to "
                    + $"{label.Second.Highest})")];
            channel.Warning($"Left out labels in '{column.Name}' that are extreme and stand alone: "
                + $"{ColumnReport.List(extreme)}. The other labels of their rows are learned. {remedy}");
        }
        var leftOut = LeftOutLabels.Outside(training, labels);
        return (training.WithoutExtremes(labels), leftOut);
    }

    private static FeaturePreparation Scale(
        TrainingData training, bool isText, DataViewSchema.Column feature, IChannel channel)
    {
        var report = new ColumnReport(FeatureNames.Of(feature));
        var preparation = training.Features.Scale(training, report, keepsZeros: isText);
        foreach (var message in report.Messages())
            channel.Warning(message);
        return preparation;
    }

    private NetworkEnsemble InitialModel(IPredictor model, int columns, int outputs)
    {
        var networks = NetworksOf(model)
            ?? throw new ArgumentException($"Cannot go on from a {model.GetType().Name}: it is not of this trainer.");
        if (networks.Preparation is null)
            throw new ArgumentException(
                "The model to go on from was saved by Alice.ML 0.1, whose networks take the features as they come. "
                + "Train a new one.");
        if (networks.InputCount != columns)
            throw new ArgumentException(
                $"The feature column '{FeatureColumn.Name}' has {columns} values, but the model to go on from was "
                + $"trained with {networks.InputCount}.");
        if (networks.Members.Count != _options.NumberOfNetworks)
            throw new ArgumentException(
                $"The model to go on from has {networks.Members.Count} networks, but NumberOfNetworks is "
                + $"{_options.NumberOfNetworks}. Set the option to the model's.");
        foreach (var (network, encoder) in networks.Members)
        {
            int[] wanted = [encoder?.OutputCount ?? networks.Preparation.OutputCount, .. _options.HiddenLayers
                ?? network.HiddenLayers, outputs];
            if (!network.LayerSizes.SequenceEqual(wanted) || network.Activation != _options.Activation)
                throw new ArgumentException(
                    $"The model to go on from has layers {DenseNetwork.Describe(network.LayerSizes)} with "
                    + $"{network.Activation}, but HiddenLayers and Activation ask for {DenseNetwork.Describe(wanted)} "
                    + $"with {_options.Activation}. Set the options to the model's.");
        }
        return networks;
    }

    private TrainingSettings CreateSettings(
        TrainingData data, LearningTask task, bool isText, TorchSharp.torch.Device device, int seed, Peers? peers)
    {
        var rows = data.TotalRows;
        var batchSize = Math.Min(_options.BatchSize ?? AutoRules.BatchSize(rows), rows);
        var usual = Math.Min(
            AutoRules.Epochs(rows, batchSize, task.IsClassification, _options.Effort),
            AutoRules.IsWide(rows, data.Columns) ? AutoRules.MostEpochsOfWideTables : int.MaxValue);
        var optimizer = isText ? WideTables.TextOptimizer(_options.Optimizer, task.IsClassification)
            : _options.Optimizer;
        return new TrainingSettings
        {
            Optimizer = optimizer,
            LearningRate = _options.LearningRate
            ?? optimizer.LearningRate * AutoRules.LearningRateFactor(rows, task.IsClassification),
            NumberOfEpochs = _options.NumberOfEpochs ?? (isText ? AutoRules.EpochsOfText : usual),
            HasChosenLength = _options.NumberOfEpochs is not null,
            Folds = AutoRules.Folds(rows, _options.Effort),
            BatchSize = batchSize,
            GradientAccumulation = Math.Min(_options.GradientAccumulation, batchSize),
            WeightDecays = _options.WeightDecay is { } decay
                ? [decay]
                : isText ? [0]
                : AutoRules.WeightDecays(rows, task.IsClassification),
            Patience = _options.EarlyStoppingPatience,
            MinimumImprovement = _options.EarlyStoppingMinimumImprovement,
            MaximumTime = _options.MaximumTrainingTime,
            IsCancelled = peers is null ? IsCancelled : () => peers.IsCancelled,
            // Ranks that share rows meet in every step: on several threads, not in the same order.
            Workers = device.type == TorchSharp.DeviceType.CPU && data.Peers is null ? _options.NumberOfThreads
            ?? Environment.ProcessorCount : 1,
            Peers = data.Peers,
            Spread = new Spread(peers?.OfNetworks),
            Seed = seed,
            Device = device,
        };
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

    private static AliceEpoch InLabelUnits(AliceEpoch epoch, LearningTask task) => epoch with
    {
        TrainingLoss = epoch.TrainingLoss * task.LossUnit,
        NetworkLosses = [.. epoch.NetworkLosses.Select(loss => loss * task.LossUnit)],
        ValidationLoss = epoch.ValidationLoss * task.LossUnit,
        ValidationMetric = epoch.ValidationMetric * task.MetricUnit,
    };

    private void Report(AliceEpoch epoch, string metric, PlanChoice.Result choice, List<AliceEpoch> epochs,
        IChannel channel)
    {
        epochs.Add(epoch);
        var validation = epoch.ValidationLoss is null
            ? ""
            : $"validation loss {epoch.ValidationLoss:g6}, {metric} {epoch.ValidationMetric:g6}, ";
        channel.Info($"Epoch {epoch.Epoch} of {epoch.NumberOfEpochs}: loss {epoch.TrainingLoss:g6}, {validation}"
            + $"learning rate {epoch.LearningRate:g3}, {epoch.Seconds:f1} s.");
        _options.Progress?.Report(new AliceProgress
        {
            Phase = TrainingPhase.Training,
            Share = choice.ShareDone + (1 - choice.ShareDone) * epoch.Epoch / epoch.NumberOfEpochs,
            TimeLeft = epochs.Count < 2
                ? null
                : TimeSpan.FromSeconds((epoch.Seconds - epochs[0].Seconds) / (epoch.Epoch - epochs[0].Epoch)
                    * (epoch.NumberOfEpochs - epoch.Epoch)),
            HeldOutLoss = choice.HeldOutLoss,
            Epoch = epoch,
        });
    }
}
