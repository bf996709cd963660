using Alice.ML.Models.Networks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Fit;

/// <summary>Creates the training summary of a model.</summary>
internal static class FitSummary
{
    /// <param name="fit">The fit.</param>
    /// <param name="learned">The learning task.</param>
    /// <param name="trained">The trained networks.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="networks">The networks of the model.</param>
    public static AliceTrainingSummary Of(
        FitContext fit, FitTask learned, TrainedNetworks trained, TrainingSettings settings, NetworkEnsemble networks)
    {
        var (training, validation, epochs) = (learned.Training, learned.Validation, trained.Epochs);
        return new AliceTrainingSummary
        {
            Epochs = epochs,
            BestEpoch = validation is null || epochs.Count == 0
                ? epochs.Count
                : epochs.MinBy(epoch => epoch.ValidationLoss)!.Epoch,
            StopReason = trained.StopReason,
            MetricName = learned.Task.Objective.MetricName,
            Estimate = trained.Choice.Estimate is { } estimate
                ? learned.LeftOut.Complete(
                    estimate, label => training.Known(label) + (validation?.Known(label) ?? 0), networks)
                : null,
            Candidates = trained.Choice.Candidates,
            TrainingRows = training.TotalRows,
            ValidationRows = validation?.TotalRows ?? 0,
            BatchSize = settings.BatchSize,
            WeightDecays = [.. trained.Members.Select(member => member.Plan.WeightDecay)],
            NumericEncodings = [.. trained.Members.Select(member => member.Plan.Encoding)],
            Restarts = trained.Members.Sum(member => member.Restarts),
            Device = learned.Device.ToString(),
            DeviceChoice = learned.DeviceChoice,
            Seed = fit.Seed,
            Seconds = fit.Clock.Elapsed.TotalSeconds,
        };
    }
}
