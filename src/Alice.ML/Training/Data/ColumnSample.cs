using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Numbers of a column, ascending, with the weights of their rows: every finite one, or of many rows an even
/// choice. Where ranks share the rows, those of all: the same rows as if one had them, rank 0's first.</summary>
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
        // To sort the numbers alone takes less time.
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

    /// <summary>The rows that an even choice is made of: this rank's first, and how far apart they are.</summary>
    public static (int First, int Step) Stride(int rows, Peers? peers)
    {
        if (peers is null)
            return (0, AutoRules.QuantileStride(rows));
        var each = peers.Gather<int>([rows]);
        var step = AutoRules.QuantileStride(each.Sum());
        return ((step - each.Take(peers.Rank).Sum() % step) % step, step);
    }

    /// <summary>The numbers that are not <paramref name="value"/>.</summary>
    public ColumnSample Without(float value)
    {
        var from = Array.FindIndex(Values, number => number >= value);
        var to = Array.FindLastIndex(Values, number => number <= value) + 1;
        return from < 0 || to <= from ? this
            : new([.. Values[..from], .. Values[to..]], [.. Weights[..from], .. Weights[to..]]);
    }

    /// <summary>The numbers that these shares of the weight do not exceed.</summary>
    /// <param name="shares">0 to 1, ascending. There must be numbers.</param>
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
