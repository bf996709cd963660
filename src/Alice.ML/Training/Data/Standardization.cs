using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Per column: z = (x − Mean) · Scale, with Scale one over the weighted standard deviation, and 0 for a column
/// that does not vary.
/// </summary>
internal sealed class Standardization(double[] mean, double[] scale)
{
    public double[] Mean { get; } = mean;

    public double[] Scale { get; } = scale;

    /// <summary>Leaves <paramref name="columns"/> columns as they are.</summary>
    public static Standardization Identity(int columns) =>
        new(new double[columns], [.. Enumerable.Repeat(1.0, columns)]);

    /// <summary>Standardizes columns; those that do not vary are shifted only, so that their weights can be brought
    /// back.</summary>
    public static Standardization Of(ColumnScale[] columns) =>
        new([.. columns.Select(column => column.Mean)],
            [.. columns.Select(column => column.Deviation > 0 ? 1 / column.Deviation : 1)]);

    /// <summary>What a column of this variance and mean is multiplied by.</summary>
    public static double ScaleOf(double variance, double mean)
    {
        var deviation = Math.Sqrt(variance);
        return deviation > AutoRules.ConstantTolerance * Math.Abs(mean) ? 1 / deviation : 0;
    }

    /// <summary>For other columns those of some of these.</summary>
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
