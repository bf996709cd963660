using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>The finite numbers of a column in ascending order, with the weights of their rows. If there are many rows,
/// an evenly spread sample. With ranks, it is the same sample as if one rank had all rows, with the rows of rank 0
/// first.</summary>
internal sealed class ColumnSample
{
    public ColumnSample(int rows, Func<int, float> value, Func<int, float> weight, Peers? peers = null)
    {
        var (first, step) = Stride(rows, peers);
        var (values, weights, count) = (new float[(rows + step - 1) / step], new float[(rows + step - 1) / step], 0);
        for (var row = first; row < rows; row += step)
            if (value(row) is var number && float.IsFinite(number) && weight(row) is var w && w > 0)
                (values[count], weights[count++]) = (number, w);
        (Values, Weights) = peers is null
            ? (values[..count], weights[..count])
            : (peers.Gather<float>(values.AsSpan(0, count)), peers.Gather<float>(weights.AsSpan(0, count)));
        // Sorting without weights is faster.
        if (Weights.AsSpan().ContainsAnyExcept(Weights.Length > 0 ? Weights[0] : 0))
            Array.Sort(Values, Weights);
        else
            Array.Sort(Values);
        TotalWeight = Weights.Sum(w => (double)w);
    }

    private ColumnSample(float[] values, float[] weights)
    {
        (Values, Weights) = (values, weights);
        TotalWeight = Weights.Sum(w => (double)w);
    }

    public float[] Values { get; }

    public float[] Weights { get; }

    public double TotalWeight { get; }

    /// <summary>The first row of this rank in the sample, and the distance between sampled rows.</summary>
    public static (int First, int Step) Stride(int rows, Peers? peers)
    {
        if (peers is null)
            return (0, AutoRules.QuantileStride(rows));
        var each = peers.Gather<int>([rows]);
        var step = AutoRules.QuantileStride(each.Sum());
        return ((step - each.Take(peers.Rank).Sum() % step) % step, step);
    }

    /// <summary>The numbers other than <paramref name="value"/>.</summary>
    public ColumnSample Without(float value)
    {
        var from = Array.FindIndex(Values, number => number >= value);
        var to = Array.FindLastIndex(Values, number => number <= value) + 1;
        return from < 0 || to <= from ? this
            : new([.. Values[..from], .. Values[to..]], [.. Weights[..from], .. Weights[to..]]);
    }

    /// <summary>Quantiles, by weight.</summary>
    /// <param name="shares">Levels from 0 to 1, ascending. The sample must not be empty.</param>
    public float[] Quantiles(ReadOnlySpan<double> shares)
    {
        var result = new float[shares.Length];
        var (at, upTo) = (0, (double)Weights[0]);
        for (var i = 0; i < result.Length; i++)
        {
            while (at < Values.Length - 1 && upTo < shares[i] * TotalWeight)
                upTo += Weights[++at];
            result[i] = Values[at];
        }
        return result;
    }
}
