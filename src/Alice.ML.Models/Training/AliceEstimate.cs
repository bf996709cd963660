namespace Alice.ML.Training;

/// <summary>The error to expect on new rows, measured on held-out rows. Standard errors say how exact it is, given the
/// number of these rows. It assumes that new rows are like the training rows.</summary>
public sealed record AliceEstimate
{
    /// <summary>Number of held-out rows that it was measured on.</summary>
    public required int Rows { get; init; }

    /// <summary>The estimate of each of several labels, in their order; null for one label.</summary>
    public IReadOnlyList<AliceEstimate>? Labels { get; init; }

    /// <summary>Root of the mean squared error, in the label's unit; null for classes, and for several numbers: see
    /// <see cref="Labels"/>.</summary>
    public EstimatedValue? RootMeanSquaredError { get; init; }

    /// <summary>Mean absolute error, in the label's unit; null for classes, and for several numbers.</summary>
    public EstimatedValue? MeanAbsoluteError { get; init; }

    /// <summary>Share of the rows, 0 to 1, whose predicted class is right; for several labels of true
    /// and false the mean share of a row's labels that are right; null for regression.</summary>
    public EstimatedValue? Accuracy { get; init; }

    /// <summary>Log-loss: the mean of −ln p, with p the probability of the true class; of several
    /// labels the mean over all of them; null for regression.</summary>
    public EstimatedValue? LogLoss { get; init; }

    /// <summary>Area under the ROC curve, 0 to 1, for two classes; null otherwise, and if all held-out rows are of one
    /// class. For several labels see <see cref="Labels"/>.</summary>
    public EstimatedValue? AreaUnderRocCurve { get; init; }
}

/// <summary>An estimated value.</summary>
/// <param name="Value">The value.</param>
/// <param name="StandardError">Its standard error.</param>
public readonly record struct EstimatedValue(double Value, double StandardError)
{
    /// <summary>The square root of the value, with the standard error that follows from its own.</summary>
    internal EstimatedValue SquareRoot()
    {
        var root = Math.Sqrt(Value);
        return new(root, root > 0 ? StandardError / (2 * root) : 0);
    }
}
