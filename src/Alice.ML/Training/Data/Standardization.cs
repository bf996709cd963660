namespace Alice.ML.Training;

/// <summary>
/// Per column: z = (x − Mean) · Scale, with Scale one over the weighted standard deviation, and 0 for a column that does not vary.
/// </summary>
internal sealed class Standardization(double[] mean, double[] scale)
{
    // Below this relative spread a float column holds rounding noise only.
    private const double ConstantTolerance = 1e-6;

    public double[] Mean { get; } = mean;

    public double[] Scale { get; } = scale;

    public delegate Span<float> RowOf(int row);

    /// <summary>Leaves <paramref name="columns"/> columns as they are.</summary>
    public static Standardization Identity(int columns) => new(new double[columns], [.. Enumerable.Repeat(1.0, columns)]);

    /// <summary>Moments of the label.</summary>
    public static Standardization OfLabel(TrainingData data) => Of(data.Rows, 1, r => data.Labels.Slice(r, 1), data.Weight);

    /// <summary>Weighted moments of rows of values, in double precision, in two passes.</summary>
    public static Standardization Of(int rows, int columns, RowOf row, Func<int, float> weight)
    {
        double total = 0;
        var mean = new double[columns];
        for (var r = 0; r < rows; r++)
        {
            double w = weight(r);
            total += w;
            var values = row(r);
            for (var c = 0; c < columns; c++)
                mean[c] += w * values[c];
        }
        for (var c = 0; c < columns; c++)
            mean[c] /= total;

        var scale = new double[columns];
        for (var r = 0; r < rows; r++)
        {
            double w = weight(r);
            var values = row(r);
            for (var c = 0; c < columns; c++)
            {
                var difference = values[c] - mean[c];
                scale[c] += w * difference * difference;
            }
        }
        for (var c = 0; c < columns; c++)
            scale[c] = ScaleOf(scale[c] / total, mean[c]);
        return new(mean, scale);
    }

    /// <summary>What a column of this variance and mean is multiplied by.</summary>
    public static double ScaleOf(double variance, double mean)
    {
        var deviation = Math.Sqrt(variance);
        return deviation > ConstantTolerance * Math.Abs(mean) ? 1 / deviation : 0;
    }

    /// <summary>The same, but columns that do not vary are shifted only, so that weights that were learned before keep their value.</summary>
    public Standardization KeepingConstants() => new(Mean, [.. Scale.Select(scale => scale == 0 ? 1 : scale)]);

    /// <summary>The same for several outputs as for one.</summary>
    public Standardization Repeated(int count) =>
        new([.. Enumerable.Repeat(Mean[0], count)], [.. Enumerable.Repeat(Scale[0], count)]);

    /// <summary>Standardises [rows, columns] values in place.</summary>
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
