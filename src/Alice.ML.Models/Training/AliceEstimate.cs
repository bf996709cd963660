namespace Alice.ML.Training;

/// <summary>What to expect on new rows of the same kind, from rows that the measured networks did not train on. Its own
/// uncertainty is that of the number of these rows; that new rows may be of another kind, it cannot know.
/// </summary>
public sealed record AliceEstimate
{
    /// <summary>Rows that it was measured on.</summary>
    public required int Rows { get; init; }

    /// <summary>For several labels the estimate of each, in their order; null for one label.</summary>
    public IReadOnlyList<AliceEstimate>? Labels { get; init; }

    /// <summary>Root of the mean squared error, in the label's units; null for classes, and for several numbers: see
    /// <see cref="Labels"/>.</summary>
    public EstimatedValue? RootMeanSquaredError { get; init; }

    /// <summary>Mean absolute error, in the label's units; null for classes, and for several numbers.</summary>
    public EstimatedValue? MeanAbsoluteError { get; init; }

    /// <summary>Share of the rows, 0 to 1, whose class is the likeliest one; for several labels of true and false the
    /// mean share of a row's labels that are right; null for numbers.</summary>
    public EstimatedValue? Accuracy { get; init; }

    /// <summary>Mean of −ln p of the true class; for several labels the mean over all of them; null for
    /// numbers.</summary>
    public EstimatedValue? LogLoss { get; init; }

    /// <summary>Area under the ROC curve, 0 to 1; null but for two classes, and where the held-out rows are all of
    /// one; for several labels see <see cref="Labels"/>.</summary>
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
