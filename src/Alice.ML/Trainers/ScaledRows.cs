using Alice.ML.Models;
using Alice.ML.Training;
using Alice.ML.Training.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>The rows of a fit as networks learn from them: features prepared, labels made targets, open to be read in
/// minibatches.</summary>
internal sealed record ScaledRows : IDisposable
{
    public required LearningTask Task { get; init; }

    /// <summary>The model to go on from; null: none.</summary>
    public required NetworkEnsemble? Initial { get; init; }

    /// <summary>Whether they are featurized text.</summary>
    public required bool IsText { get; init; }

    /// <summary>What the model does to features as they come.</summary>
    public required FeaturePreparation Preparation { get; init; }

    /// <summary>What else is done to sparse columns while networks train.</summary>
    public required Standardization Common { get; init; }

    /// <summary>Rows for the model to keep, as they came.</summary>
    public required BackgroundRows Background { get; init; }

    /// <summary>The rows, open.</summary>
    public required TrainingRows Rows { get; init; }

    /// <summary>The training rows.</summary>
    public TrainingData Training => Rows.Training.Data;

    /// <summary>Scales the rows of a task.</summary>
    public static ScaledRows Of(FitContext fit, FitTask learned)
    {
        var isText = learned.Initial is null && WideTables.IsText(fit.Options, learned.Task, learned.Training);
        var preparation = learned.Initial?.Preparation ?? Scale(fit, learned.Training, isText);
        var background = BackgroundRows.Draw(learned.Training, fit.Options.NumberOfBackgroundRows, fit.Seed);
        var (training, validation) = TrainingData.Prepare(learned.Training, learned.Validation, preparation);
        var common = isText ? WideTables.TextScale(learned.Task, training) : Standardization.Identity(training.Columns);
        return new ScaledRows
        {
            Task = learned.Task,
            Initial = learned.Initial,
            IsText = isText,
            Preparation = preparation,
            Common = common,
            Background = background,
            Rows = TrainingRows.Open(training, validation, learned.Task, common, learned.Device),
        };
    }

    public void Dispose() => Rows.Dispose();

    private static FeaturePreparation Scale(FitContext fit, TrainingData training, bool isText)
    {
        var report = new ColumnReport(FeatureNames.Of(fit.Feature));
        var preparation = training.Features.Scale(training, report, keepsZeros: isText);
        foreach (var message in report.Messages())
            fit.Channel.Warning(message);
        return preparation;
    }
}
