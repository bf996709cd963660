namespace Alice.ML.Training;

/// <summary>Where the values of a column lie, apart from a few extreme ones: what it is standardised by.</summary>
/// <param name="Mean">Weighted mean, extreme values being held at <paramref name="Lowest"/> or <paramref name="Highest"/>.</param>
/// <param name="Deviation">Standard deviation, likewise; 0 where all values are equal.</param>
/// <param name="Lowest">The least value that is not extreme.</param>
/// <param name="Highest">The largest value that is not extreme.</param>
/// <param name="Quartiles">The spread of the middle half.</param>
/// <param name="Missing">Rows where it is missing (NaN).</param>
/// <param name="Extreme">Rows whose value is extreme or infinite.</param>
internal readonly record struct ColumnScale(
    double Mean, double Deviation, float Lowest, float Highest, Quartiles Quartiles, int Missing, int Extreme)
{
    // Of fewer, none can be told to be extreme.
    private const int LeastValues = 8;

    public delegate ReadOnlySpan<float> RowOf(int row);

    /// <summary>Whether all values that are there are equal.</summary>
    public bool IsConstant => Lowest == Highest;

    /// <summary>Scales of the columns of some rows.</summary>
    /// <param name="rows">Number of rows, 1 or more.</param>
    /// <param name="columns">Values a row.</param>
    /// <param name="row">Gives a row.</param>
    /// <param name="weight">Gives a row's weight.</param>
    public static ColumnScale[] Of(int rows, int columns, RowOf row, Func<int, float> weight)
    {
        var (lowest, highest) = (new float[columns], new float[columns]);
        var (missing, extreme) = (new int[columns], new int[columns]);
        Array.Fill(lowest, float.PositiveInfinity);
        Array.Fill(highest, float.NegativeInfinity);
        for (var r = 0; r < rows; r++)
        {
            var values = row(r);
            for (var c = 0; c < columns; c++)
                if (float.IsFinite(values[c]))
                {
                    lowest[c] = Math.Min(lowest[c], values[c]);
                    highest[c] = Math.Max(highest[c], values[c]);
                }
                else if (float.IsNaN(values[c]))
                    missing[c]++;
                else
                    extreme[c]++;
        }

        var quartiles = new Quartiles[columns];
        for (var c = 0; c < columns; c++)
        {
            if (!(lowest[c] < highest[c]))
            {
                // No value at all counts as one value, 0.
                (lowest[c], highest[c]) = lowest[c] == highest[c] ? (lowest[c], highest[c]) : (0, 0);
                continue;
            }
            var sample = new ColumnSample(rows, r => row(r)[c], weight);
            if (sample.Values.Length < LeastValues)
                continue;
            quartiles[c] = Quartiles.Of(sample);
            var fence = OutlierFence.Of(quartiles[c], lowest[c], highest[c], rows - missing[c], Enumerable.Range(0, rows).Select(r => row(r)[c]));
            (lowest[c], highest[c]) = (fence.Lowest, fence.Highest);
            extreme[c] += fence.Outside;
        }
        var (means, deviations) = Moments(rows, columns, row, weight, lowest, highest);
        return [.. Enumerable.Range(0, columns).Select(c =>
            new ColumnScale(means[c], deviations[c], lowest[c], highest[c], quartiles[c], missing[c], extreme[c]))];
    }

    /// <summary>Weighted means and deviations of the values between the bounds, in double precision, in two passes.</summary>
    private static (double[] Means, double[] Deviations) Moments(
        int rows, int columns, RowOf row, Func<int, float> weight, float[] lowest, float[] highest)
    {
        var (total, means, squares) = (new double[columns], new double[columns], new double[columns]);
        for (var r = 0; r < rows; r++)
        {
            double w = weight(r);
            var values = row(r);
            for (var c = 0; c < columns; c++)
                if (!float.IsNaN(values[c]))
                {
                    total[c] += w;
                    means[c] += w * Math.Clamp(values[c], lowest[c], highest[c]);
                }
        }
        for (var c = 0; c < columns; c++)
            means[c] = total[c] > 0 ? means[c] / total[c] : 0;
        for (var r = 0; r < rows; r++)
        {
            double w = weight(r);
            var values = row(r);
            for (var c = 0; c < columns; c++)
                if (!float.IsNaN(values[c]))
                {
                    var difference = Math.Clamp(values[c], lowest[c], highest[c]) - means[c];
                    squares[c] += w * difference * difference;
                }
        }
        for (var c = 0; c < columns; c++)
            squares[c] = total[c] > 0 && lowest[c] < highest[c] ? Math.Sqrt(squares[c] / total[c]) : 0;
        return (means, squares);
    }
}
