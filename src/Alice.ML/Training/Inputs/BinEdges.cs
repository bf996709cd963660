namespace Alice.ML.Training;

/// <summary>Bin edges of numbers, from quantiles of the training rows.</summary>
internal static class BinEdges
{
    // Quantiles and moments of this many rows are as good as those of all; it bounds memory and time.
    private const int SampledRows = 20_000;

    // A bin must hold enough rows to learn its slope from.
    private const int RowsPerBin = 25;

    // In standard deviations: what lies closer is one edge.
    private const float LeastWidth = 1e-6f;

    /// <summary>Every how many-eth row to look at.</summary>
    public static int Stride(int rows) => Math.Max(1, rows / SampledRows);

    /// <summary>
    /// Edges e₀ … e_T of a standardised column, ascending, T up to <paramref name="bins"/> and to a 25th of the rows, two at least; empty where it has
    /// fewer than three values, as an indicator has. Between them lies as much weight each as equal values allow.
    /// </summary>
    public static float[] OfColumn(int rows, int bins, Func<int, float> value, Func<int, float> weight)
    {
        bins = Math.Min(bins, Math.Max(2, rows / RowsPerBin));
        var step = Stride(rows);
        var sample = new float[(rows + step - 1) / step];
        for (var i = 0; i < sample.Length; i++)
            sample[i] = value(i * step);
        var weights = new float[sample.Length];
        for (var i = 0; i < sample.Length; i++)
            weights[i] = weight(i * step);
        Array.Sort(sample, weights);
        var total = weights.Sum(w => (double)w);

        var edges = new List<float>();
        var (at, below) = (0, 0.0);
        for (var bin = 0; bin <= bins; bin++)
        {
            while (at < sample.Length - 1 && (bin == bins || below + weights[at] <= total * bin / bins))
                below += weights[at++];
            if (edges.Count == 0 || sample[at] - edges[^1] > LeastWidth)
                edges.Add(sample[at]);
        }
        return edges.Count < 3 ? [] : [.. edges];
    }
}
