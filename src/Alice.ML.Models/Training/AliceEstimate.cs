namespace Alice.ML.Training;

/// <summary>The error to expect on new rows, measured on held-out training rows. Each value has a standard error, which
/// reflects the number of held-out rows. The estimate assumes that new rows follow the same distribution as the
/// training rows.</summary>
public sealed record AliceEstimate
{
    /// <summary>Number of held-out rows.</summary>
    public required int Rows { get; init; }

    /// <summary>The estimate of each label, in the order of the labels. Null for a model of one label.</summary>
    public IReadOnlyList<AliceEstimate>? Labels { get; init; }

    /// <summary>Root mean squared error, in the label's units. Null for classification. Also null for multi-output
    /// regression: see <see cref="Labels"/>.</summary>
    public EstimatedValue? RootMeanSquaredError { get; init; }

    /// <summary>Mean absolute error, in the label's units. Null for classification. Also null for multi-output
    /// regression: see <see cref="Labels"/>.</summary>
    public EstimatedValue? MeanAbsoluteError { get; init; }

    /// <summary>Share of rows whose class is predicted correctly, 0 to 1. Multi-label classification: share of all
    /// labels that are predicted correctly. Null for regression.</summary>
    public EstimatedValue? Accuracy { get; init; }

    /// <summary>Log-loss: the mean of −ln p, where p is the predicted probability of the true class. Multi-label
    /// classification: the mean over all labels. Null for regression.</summary>
    public EstimatedValue? LogLoss { get; init; }

    /// <summary>Area under the ROC curve, 0 to 1. Null unless the task is binary classification, and if all held-out
    /// rows are of one class. For several labels, see <see cref="Labels"/>.</summary>
    public EstimatedValue? AreaUnderRocCurve { get; init; }
}

/// <summary>A value estimated from a sample, with its standard error.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Standard error of the estimate, in the same units.</param>
public readonly record struct EstimatedValue(double Value, double StandardError)
{
    /// <summary>The square root of the value. Its standard error follows from that of the value by linear error
    /// propagation.</summary>
    internal EstimatedValue SquareRoot()
    {
        var root = Math.Sqrt(Value);
        return new(root, root > 0 ? StandardError / (2 * root) : 0);
    }
}
