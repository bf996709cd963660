namespace Alice.ML.Training;

/// <summary>
/// Per column: z = (x − Mean) · Scale, with Scale one over the weighted standard deviation, and 0 for a column that does not vary.
/// </summary>
internal sealed class Standardization
{
    // Below this relative spread a float column holds rounding noise only.
    private const double ConstantTolerance = 1e-6;

    public required double[] Mean { get; init; }

    public required double[] Scale { get; init; }

    /// <summary>Leaves <paramref name="columns"/> columns as they are.</summary>
    public static Standardization Identity(int columns)
    {
        var scale = new double[columns];
        Array.Fill(scale, 1);
        return new() { Mean = new double[columns], Scale = scale };
    }

    /// <summary>Moments of the features, in double precision, in two passes.</summary>
    public static Standardization OfFeatures(TrainingData data) => Of(data.Rows, data.Columns, data.Row, data.Weight);

    /// <summary>Moments of the label.</summary>
    public static Standardization OfLabel(TrainingData data) => Of(data.Rows, 1, r => data.Labels.AsSpan(r, 1), data.Weight);

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

    private delegate Span<float> RowOf(int row);

    private static Standardization Of(int rows, int columns, RowOf row, Func<int, float> weight)
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
        {
            var deviation = Math.Sqrt(scale[c] / total);
            scale[c] = deviation > ConstantTolerance * Math.Abs(mean[c]) ? 1 / deviation : 0;
        }
        return new() { Mean = mean, Scale = scale };
    }
}
