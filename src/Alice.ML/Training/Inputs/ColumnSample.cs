using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Inputs;

/// <summary>Numbers of a column, ascending, with the weights of their rows: every finite one, or of many rows an even
/// choice.</summary>
internal sealed class ColumnSample
{
    public ColumnSample(int rows, Func<int, float> value, Func<int, float> weight)
    {
        var step = AutoRules.QuantileStride(rows);
        var (values, weights, count) = (new float[(rows + step - 1) / step], new float[(rows + step - 1) / step], 0);
        for (var row = 0; row < rows; row += step)
            if (value(row) is var number && float.IsFinite(number) && weight(row) is var w && w > 0)
                (values[count], weights[count++]) = (number, w);
        (Values, Weights) = (values[..count], weights[..count]);
        // To sort the numbers alone takes less time.
        if (Weights.AsSpan().ContainsAnyExcept(count > 0 ? Weights[0] : 0))
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
