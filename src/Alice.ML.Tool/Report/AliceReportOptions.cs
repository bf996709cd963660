using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Tool.Report;

/// <summary>What <see cref="AliceReport"/> is told beside the model and the rows. Immutable.</summary>
public sealed record AliceReportOptions
{
    /// <summary>Column of the label. Default "Label".</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>The rows that the model was trained on. On them LightGBM, FastTree and the mean are fitted, and the
    /// landscape is measured. Default null: the report says what is missing without them.
    /// </summary>
    public IDataView? TrainingData { get; init; }

    /// <summary>The loss of a regression model, which is not saved with it. Default null: squared, or Poisson for a
    /// model of rates.
    /// </summary>
    public RegressionLoss? Loss { get; init; }

    /// <summary>Heading of the page. Default null: the label's name.</summary>
    public string? Title { get; init; }

    /// <summary>The command that makes the report again. Default null: none is shown.</summary>
    public string? Command { get; init; }

    /// <summary>What was left out or decided on the way, a sentence each. Default none.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>The rows that pictures, importance and partial dependence are made from, at most, evenly spread; 20 or
    /// more. Errors are measured on all rows. Default 2,000.
    /// </summary>
    public int MaximumRows { get; init; } = 2000;

    /// <summary>Seed of the shuffles and of the other trainers. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Ends the work with an <see cref="OperationCanceledException"/>; nothing is written then.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The training rows as the model's trainer saw them, where its transforms treat these otherwise than
    /// others (target encoding). Null: as the pipeline transforms <see cref="TrainingData"/>.
    /// </summary>
    internal IDataView? PreparedTraining { get; init; }

    /// <summary>Names of the classes in order. Null: those of the label column, or false and true.</summary>
    internal IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The effort that the model was trained with.</summary>
    internal Effort Effort { get; init; }

    /// <summary>Told what is being done, and which share of the work is done before it.</summary>
    internal Action<string, double>? Progress { get; init; }
}
