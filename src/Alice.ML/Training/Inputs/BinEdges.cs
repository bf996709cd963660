using Alice.ML.Training.Data;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Inputs;

/// <summary>Bin edges of numbers, from quantiles of the training rows.</summary>
internal static class BinEdges
{
    /// <summary>Bin edges e₀ … e_T of a prepared column, ascending. T is at most <paramref name="bins"/> and a 25th of
    /// the rows, but at least two. Empty for fewer than three different values, as in an indicator. A value that would
    /// fill a bin alone, such as the zeros of counts, is an edge. Between the others, bins have the same weight, as far
    /// as equal values allow.</summary>
    public static float[] OfColumn(int rows, int bins, ColumnSample column)
    {
        bins = Math.Min(bins, AutoRules.FilledBins(rows));
        var edges = new SortedSet<float>();
        if (column.Values.Length > 0)
        {
            edges.Add(column.Values[0]);
            edges.Add(column.Values[^1]);
        }
        // After the removal of values that fill a bin, bins have less weight, so more values may fill one.
        var rest = Distinct(column);
        var left = bins;
        for (var found = true; found && left > 0;)
        {
            var share = rest.Sum(v => v.Weight) / left;
            var alone = rest.Where(v => v.Weight > share).ToHashSet();
            found = alone.Count > 0;
            foreach (var value in alone)
                edges.Add(value.Value);
            left -= alone.Count;
            rest.RemoveAll(alone.Contains);
        }
        var (total, below, bin) = (rest.Sum(v => v.Weight), 0.0, 0);
        foreach (var (value, weight) in rest)
        {
            if (left > 0 && below >= total * bin / left)
            {
                edges.Add(value);
                while (bin <= left && below >= total * bin / left)
                    bin++;
            }
            below += weight;
        }
        return Apart(edges);
    }

    private static List<(float Value, double Weight)> Distinct(ColumnSample column)
    {
        var distinct = new List<(float Value, double Weight)>();
        for (var i = 0; i < column.Values.Length; i++)
            if (distinct.Count > 0 && distinct[^1].Value == column.Values[i])
                distinct[^1] = (column.Values[i], distinct[^1].Weight + column.Weights[i]);
            else
                distinct.Add((column.Values[i], column.Weights[i]));
        return distinct;
    }

    private static float[] Apart(SortedSet<float> edges)
    {
        var apart = new List<float>();
        foreach (var edge in edges)
            if (apart.Count == 0 || edge - apart[^1] > AutoRules.LeastBinWidth)
                apart.Add(edge);
        return apart.Count < 3 ? [] : [.. apart];
    }
}
