using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>From the scale of a column in the training rows to how a model prepares it.</summary>
internal static class FeatureScaling
{
    // Less than a normal float is: one over it would not be a float.
    private const double LeastDeviation = 1.2e-38;

    /// <summary>Whether the values differ by less than floats can be scaled by; such a column is left out.</summary>
    public static bool IsTooNarrow(in ColumnScale column) => !column.IsConstant && column.Deviation < LeastDeviation;

    /// <summary>A column that is standardized.</summary>
    /// <param name="column">Its scale.</param>
    /// <param name="rows">Rows that it was measured on.</param>
    public static AliceFeature Standardize(in ColumnScale column, int rows)
    {
        var scale = column.IsConstant || IsTooNarrow(column) ? 0 : (float)(1 / column.Deviation);
        return Create((float)column.Mean, scale, column.Lowest, column.Highest, column.Missing > 0
            && column.Missing < rows);
    }

    /// <summary>A column that is multiplied only, so that zeros stay zeros.</summary>
    /// <param name="lowest">Its least value.</param>
    /// <param name="highest">Its largest value.</param>
    /// <param name="scale">What it is multiplied by.</param>
    /// <param name="hasMissing">Whether it is missing in some rows.</param>
    public static AliceFeature Multiply(float lowest, float highest, float scale, bool hasMissing) =>
        Create(0, scale, Math.Min(0, lowest), Math.Max(0, highest), hasMissing);

    /// <summary>What holds scores near the labels of training.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="arePositive">Whether scores are above 0 by themselves, and are to stay so.</param>
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
