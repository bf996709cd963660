using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Standardizes columns: z = (x − Mean) · Scale, where Scale is the inverse of the weighted standard
/// deviation, or 0 for a constant column.</summary>
internal sealed class Standardization(double[] mean, double[] scale)
{
    public double[] Mean { get; } = mean;

    public double[] Scale { get; } = scale;

    /// <summary>Leaves the columns unchanged.</summary>
    public static Standardization Identity(int columns) =>
        new(new double[columns], [.. Enumerable.Repeat(1.0, columns)]);

    /// <summary>Standardizes columns. Constant columns are only shifted, so that the inverse exists.</summary>
    public static Standardization Of(ColumnScale[] columns) =>
        new([.. columns.Select(column => column.Mean)],
            [.. columns.Select(column => column.Deviation > 0 ? 1 / column.Deviation : 1)]);

    /// <summary>The scale for a variance and a mean.</summary>
    public static double ScaleOf(double variance, double mean)
    {
        var deviation = Math.Sqrt(variance);
        return deviation > AutoRules.ConstantTolerance * Math.Abs(mean) ? 1 / deviation : 0;
    }

    /// <summary>Selects columns.</summary>
    public Standardization Select(IReadOnlyList<int> columns) =>
        new([.. columns.Select(column => Mean[column])], [.. columns.Select(column => Scale[column])]);

    /// <summary>Standardizes [rows, columns] values in place.</summary>
    public void Apply(Span<float> values)
    {
        var column = 0;
        foreach (ref var value in values)
        {
            value = (float)((value - Mean[column]) * Scale[column]);
            if (++column == Mean.Length)
                column = 0;
        }
    }
}
