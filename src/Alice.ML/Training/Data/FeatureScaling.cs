using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Derives the preparation of a feature from the scale of its column.</summary>
internal static class FeatureScaling
{
    // The inverse of a smaller deviation would exceed the range of floats.
    private const double LeastDeviation = 1.2e-38;

    /// <summary>Whether the values differ too little to be scaled with floats. Such a column is left out.</summary>
    public static bool IsTooNarrow(in ColumnScale column) => !column.IsConstant && column.Deviation < LeastDeviation;

    /// <summary>Standardizes a column.</summary>
    /// <param name="column">Its scale.</param>
    /// <param name="rows">Number of rows behind the scale.</param>
    public static AliceFeature Standardize(in ColumnScale column, int rows)
    {
        var scale = column.IsConstant || IsTooNarrow(column) ? 0 : (float)(1 / column.Deviation);
        return Create((float)column.Mean, scale, column.Lowest, column.Highest, column.Missing > 0
            && column.Missing < rows);
    }

    /// <summary>Scales a column without shifting it, so that zeros remain zeros.</summary>
    /// <param name="lowest">Its smallest value.</param>
    /// <param name="highest">Its largest value.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="hasMissing">Whether some rows have missing values.</param>
    public static AliceFeature Multiply(float lowest, float highest, float scale, bool hasMissing) =>
        Create(0, scale, Math.Min(0, lowest), Math.Max(0, highest), hasMissing);

    /// <summary>The range to which scores are limited.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="arePositive">Whether scores are always above 0.</param>
    public static OutputRange Range(in ColumnScale labels, bool arePositive)
    {
        var margin = AutoRules.Margin * ((double)labels.Highest - labels.Lowest);
        var lowest = Math.Max(float.MinValue, labels.Lowest - margin);
        return new((float)(arePositive ? Math.Min(0, lowest) : lowest),
            (float)Math.Min(float.MaxValue, labels.Highest + margin));
    }

    private static AliceFeature Create(float center, float scale, float lowest, float highest, bool hasMissing)
    {
        var margin = AutoRules.Margin * ((double)highest - lowest) * scale;
        return new(center, scale, (float)(((double)lowest - center) * scale - margin),
            (float)(((double)highest - center) * scale + margin), hasMissing);
    }
}
