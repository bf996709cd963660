using Alice.ML.Training.Plan;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Fit;

/// <summary>Settings of a run: the options and, where an option is not set, the automatic rules.</summary>
internal static class FitSettings
{
    /// <param name="fit">The fit.</param>
    /// <param name="scaled">Its rows.</param>
    /// <param name="device">Device that networks train on.</param>
    public static TrainingSettings Of(FitContext fit, ScaledRows scaled, Device device)
    {
        var (options, data, task) = (fit.Options, scaled.Training, scaled.Task);
        var rows = data.TotalRows;
        var batchSize = Math.Min(options.BatchSize ?? AutoRules.BatchSize(rows), rows);
        var usual = Math.Min(
            AutoRules.Epochs(rows, batchSize, task.IsClassification, options.Effort),
            AutoRules.IsWide(rows, data.Columns) ? AutoRules.MostEpochsOfWideTables : int.MaxValue);
        var optimizer = scaled.IsText ? WideTables.TextOptimizer(options.Optimizer, task.IsClassification)
            : options.Optimizer;
        return new TrainingSettings
        {
            Optimizer = optimizer,
            LearningRate = options.LearningRate
                ?? optimizer.LearningRate * AutoRules.LearningRateFactor(rows, task.IsClassification),
            NumberOfEpochs = options.NumberOfEpochs ?? (scaled.IsText ? AutoRules.EpochsOfText : usual),
            HasChosenLength = options.NumberOfEpochs is not null,
            Folds = AutoRules.Folds(rows, options.Effort),
            BatchSize = batchSize,
            GradientAccumulation = Math.Min(options.GradientAccumulation, batchSize),
            WeightDecays = options.WeightDecay is { } decay
                ? [decay]
                : scaled.IsText ? [0]
                : AutoRules.WeightDecays(rows, task.IsClassification),
            Patience = options.EarlyStoppingPatience,
            MinimumImprovement = options.EarlyStoppingMinimumImprovement,
            MaximumTime = options.MaximumTrainingTime,
            IsCancelled = fit.Peers is { } peers ? () => peers.IsCancelled : fit.IsCancelled,
            // Ranks that share rows exchange gradients in every step; several threads would do so in different orders.
            Workers = device.type == DeviceType.CPU && data.Peers is null
                ? options.NumberOfThreads ?? Environment.ProcessorCount
                : 1,
            Peers = data.Peers,
            Spread = new Spread(fit.Peers?.OfNetworks),
            Seed = fit.Seed,
            Device = device,
        };
    }
}
