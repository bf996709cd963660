namespace Alice.ML.Training;

/// <summary>Bin edges of numbers, from quantiles of the training rows.</summary>
internal static class BinEdges
{
    // Quantiles and moments of this many rows are as good as those of all; it bounds memory and time.
    private const int SampledRows = 20_000;

    /// <summary>Every how many-eth row to look at.</summary>
    public static int Stride(int rows) => Math.Max(1, rows / SampledRows);

    /// <summary>
    /// Edges e₀ … e_T of a column, ascending, T up to <paramref name="bins"/>; empty where it has fewer than three values, as an indicator
    /// has. Between them lie as many rows each as equal values allow.
    /// </summary>
    public static float[] OfColumn(int rows, int bins, Func<int, float> value)
    {
        var step = Stride(rows);
        var sample = new float[(rows + step - 1) / step];
        for (var i = 0; i < sample.Length; i++)
            sample[i] = value(i * step);
        Array.Sort(sample);

        var edges = new List<float>();
        for (var bin = 0; bin <= bins; bin++)
        {
            var edge = sample[(int)((long)bin * (sample.Length - 1) / bins)];
            if (edges.Count == 0 || edge > edges[^1])
                edges.Add(edge);
        }
        return edges.Count < 3 ? [] : [.. edges];
    }
}
