namespace Alice.ML.Training;

/// <summary>Bin edges of numbers, from quantiles of the training rows.</summary>
internal static class BinEdges
{
    // A bin must hold enough rows to learn its slope from.
    private const int RowsPerBin = 25;

    /// <summary>
    /// Edges e₀ … e_T of a prepared column, ascending, T up to <paramref name="bins"/> and to a 25th of the rows, two at least; empty where it has
    /// fewer than three values, as an indicator has. Between them lies as much weight each as equal values allow.
    /// </summary>
    public static float[] OfColumn(int rows, int bins, ColumnSample column)
    {
        bins = Math.Min(bins, Math.Max(2, rows / RowsPerBin));
        var (sample, weights, total) = (column.Values, column.Weights, column.TotalWeight);
        var edges = new List<float>();
        var (at, below) = (0, 0.0);
        for (var bin = 0; bin <= bins && sample.Length > 0; bin++)
        {
            while (at < sample.Length - 1 && (bin == bins || below + weights[at] <= total * bin / bins))
                below += weights[at++];
            if (edges.Count == 0 || sample[at] - edges[^1] > ColumnSample.LeastWidth)
                edges.Add(sample[at]);
        }
        return edges.Count < 3 ? [] : [.. edges];
    }
}
