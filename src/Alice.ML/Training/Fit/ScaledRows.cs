using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Plan;
using Alice.ML.Training.Reading;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Fit;

/// <summary>The rows of a fit in the form that networks train on: features prepared, labels turned into targets, ready
/// to be read in minibatches.</summary>
internal sealed record ScaledRows : IDisposable
{
    public required LearningTask Task { get; init; }

    /// <summary>The model to continue from. Null: there is none.</summary>
    public required NetworkEnsemble? Initial { get; init; }

    /// <summary>Whether the rows are featurized text.</summary>
    public required bool IsText { get; init; }

    /// <summary>How the model prepares the features.</summary>
    public required FeaturePreparation Preparation { get; init; }

    /// <summary>Further scaling of sparse columns during training.</summary>
    public required Standardization Common { get; init; }

    /// <summary>Background rows for the model to keep, unprepared.</summary>
    public required BackgroundRows Background { get; init; }

    /// <summary>The rows, opened for reading.</summary>
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
