using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Tool.Report;

/// <summary>Options of <see cref="AliceReport"/>. Immutable.</summary>
public sealed record AliceReportOptions
{
    /// <summary>Column with the label. Default "Label".</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>The rows that the model was trained on. The report fits LightGBM, FastTree and a constant to them, and
    /// measures the loss landscape on them. Default null: the report lists the parts that are missing.</summary>
    public IDataView? TrainingData { get; init; }

    /// <summary>Loss of a regression model, which is not saved with the model. Default null: squared loss, or Poisson
    /// loss for a Poisson model.</summary>
    public RegressionLoss? Loss { get; init; }

    /// <summary>Unit of a regression label, such as "m", for the axes of pictures. Default null: not shown.</summary>
    public string? LabelUnit { get; init; }

    /// <summary>Title of the report. Default null: the name of the label.</summary>
    public string? Title { get; init; }

    /// <summary>Command line that produces the report, shown in it. Default null: not shown.</summary>
    public string? Command { get; init; }

    /// <summary>Remarks to show in the report, one sentence each, such as what was left out. Default: none.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Maximum number of rows for pictures, importance and partial dependence, 20 or more. They are evenly
    /// spread over the data. Errors are measured on all rows. Default 2,000.</summary>
    public int MaximumRows { get; init; } = 2000;

    /// <summary>Seed of the shuffles for importance, and of the other trainers. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Cancels the report with an <see cref="OperationCanceledException"/>. Nothing is written then. Default:
    /// none.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The training rows as the network got them, with out-of-fold encodings: the other trainers get the
    /// same. Null: what the pipeline makes of <see cref="TrainingData"/>.</summary>
    internal IDataView? PreparedTraining { get; init; }

    /// <summary>Names of the classes in order. Null: those of the label column, or false and true.</summary>
    internal IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The effort that the model was trained with.</summary>
    internal Effort Effort { get; init; }

    /// <summary>Receives what is being done, and the share of the work done before it.</summary>
    internal Action<string, double>? Progress { get; init; }
}
