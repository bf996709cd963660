using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Trainers;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Plan;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Reading;
using Alice.ML.Training.Rules;
using Microsoft.ML.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Fit;

/// <summary>The learning task of a fit, its rows and its device. Rows with extreme labels are left out.</summary>
internal sealed record FitTask
{
    private const string Remedy =
        "Correct them, or set Loss to RegressionLoss.Absolute or Huber to keep them.";

    public required LearningTask Task { get; init; }

    /// <summary>The model to continue from. Null: there is none.</summary>
    public required NetworkEnsemble? Initial { get; init; }

    /// <summary>Training rows.</summary>
    public required TrainingData Training { get; init; }

    /// <summary>Validation rows: the user's, or a part of the training rows. Null: there are none.</summary>
    public required TrainingData? Validation { get; init; }

    public required LeftOutLabels LeftOut { get; init; }

    public required Device Device { get; init; }

    /// <summary>Why "auto" chose the device. Null: it did not choose.</summary>
    public required string? DeviceChoice { get; init; }

    /// <summary>Creates the task from the rows as they were read. These rows decide whether a run can be
    /// resumed.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="task">The learning task.</param>
    /// <param name="initial">The model to continue from.</param>
    /// <param name="found">The device that the options name.</param>
    public static FitTask Of(
        FitContext fit, RowsAsRead rows, LearningTask task, NetworkEnsemble? initial, Device found)
    {
        var (training, validation, options) = (rows.Training, rows.Validation, fit.Options);
        if (initial is not null)
            InitialModel.Require(initial, options, fit.Feature.Name, training.Columns, task.Outputs);
        fit.Peers?.RequireSame(
            "the model to continue from: load the same one on all ranks", $"{RunIdentity.Hash(initial)}");
        var (device, choice) = Choose(found, options, training, task);
        fit.Checkpoint?.Begin(
            RunIdentity.Of(options, fit.Seed, device, training, validation, initial), FeatureNames.Of(fit.Feature));
        var leftOut = LeftOutLabels.None;
        if (task.LeavesOutExtremeLabels && task.LabelScales.Any(label => label.Extreme > 0))
        {
            Warn(fit, training, task.LabelScales);
            leftOut = LeftOutLabels.Outside(training, task.LabelScales);
            training = training.WithoutExtremes(task.LabelScales);
        }
        if (validation is null && options.ValidationFraction > 0)
            (training, validation) =
                Peers.Agree(fit.Peers, () => training.Split(options.ValidationFraction, fit.Seed));
        return new FitTask
        {
            Task = task,
            Initial = initial,
            Training = training,
            Validation = validation,
            LeftOut = leftOut,
            Device = device,
            DeviceChoice = choice,
        };
    }

    /// <summary>The device, and why "auto" chose it.</summary>
    public string DescribeDevice() => $"{Device}{(DeviceChoice is null ? "" : $" ({DeviceChoice})")}";

    /// <summary>Chooses the device. "auto" uses a GPU only if it is faster.</summary>
    private static (Device Device, string? Choice) Choose(
        Device found, AliceTrainerOptions options, TrainingData data, LearningTask task)
    {
        if (options.Device != "auto" || found.type == DeviceType.CPU)
            return (found, null);
        int[] sizes = [data.Columns, .. options.HiddenLayers ?? AutoRules.HiddenLayers(
            data.Columns, data.LabelCount, task.Classes), task.Outputs];
        var estimate = DeviceEstimate.Of(
            sizes, data.Features.StoredColumns, options.BatchSize ?? AutoRules.BatchSize(data.Rows),
            options.NumberOfNetworks, options.NumberOfThreads ?? Environment.ProcessorCount);
        return (estimate.PrefersCard ? found : CPU, $"auto: {estimate}");
    }

    private static void Warn(FitContext fit, TrainingData training, IReadOnlyList<ColumnScale> labels)
    {
        if (labels.Count == 1)
        {
            fit.Channel.Warning($"Left out {labels[0].Extreme:N0} of {training.TotalRows:N0} rows: their labels in "
                + $"'{fit.Label.Name}' are extreme and stand alone, while the others lie between {labels[0].Lowest} "
                + $"and {labels[0].Highest}. {Remedy}");
            return;
        }
        string[] extreme = [.. LabelNames.Of(fit.Label).Zip(labels).Where(label => label.Second.Extreme > 0).Select(
            label => $"'{label.First}' ({label.Second.Extreme:N0} beyond {label.Second.Lowest} to "
                + $"{label.Second.Highest})")];
        fit.Channel.Warning($"Left out labels in '{fit.Label.Name}' that are extreme and stand alone: "
            + $"{ColumnReport.List(extreme)}. The other labels of their rows are learned. {Remedy}");
    }
}
