using System.Numerics.Tensors;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Location and scale of a column, without a few extreme values, for its standardization.</summary>
/// <param name="Mean">Weighted mean, with extreme values clipped to <paramref name="Lowest"/> or
/// <paramref name="Highest"/>.</param>
/// <param name="Deviation">Standard deviation, with the same clipping. 0 if all values are equal.</param>
/// <param name="Lowest">The least value that is not extreme.</param>
/// <param name="Highest">The largest value that is not extreme.</param>
/// <param name="Quartiles">Quartiles of the values.</param>
/// <param name="Missing">Number of rows with a missing value (NaN).</param>
/// <param name="Extreme">Number of rows with an extreme or infinite value.</param>
internal readonly record struct ColumnScale(
    double Mean, double Deviation, float Lowest, float Highest, Quartiles Quartiles, int Missing, int Extreme)
{
    // Columns are handled in groups whose values share a cache line.
    private const int CacheLine = 16;

    /// <summary>Whether all known values are equal.</summary>
    public bool IsConstant => Lowest == Highest;

    /// <summary>Computes the scales of the columns of rows.</summary>
    /// <param name="values">The rows, [rows, columns], one or more.</param>
    /// <param name="columns">Number of values per row.</param>
    /// <param name="weights">[rows], above 0. Empty: all rows have the same weight.</param>
    /// <param name="peers">Ranks with other rows. Null: there are none.</param>
    public static ColumnScale[] Of(
        ReadOnlySpan<float> values, int columns, ReadOnlySpan<float> weights = default, Peers? peers = null)
    {
        var scales = new ColumnScale[columns];
        if (columns == 0)
            return scales;
        var rows = values.Length / columns;
        float[]? weightsOfRows = weights.IsEmpty ? null : weights.ToArray();
        var together = new float[Math.Min(columns, CacheLine)][];
        for (var k = 0; k < together.Length; k++)
            together[k] = GC.AllocateUninitializedArray<float>(rows);
        for (var first = 0; first < columns; first += CacheLine)
        {
            var count = Math.Min(CacheLine, columns - first);
            for (var row = 0; row < rows; row++)
            {
                var from = values.Slice(row * columns + first, count);
                for (var k = 0; k < from.Length; k++)
                    together[k][row] = from[k];
            }
            for (var k = 0; k < count; k++)
                scales[first + k] = OfColumn(together[k], weightsOfRows, peers);
        }
        return scales;
    }

    private static ColumnScale OfColumn(float[] values, float[]? weights, Peers? peers)
    {
        var (lowest, highest, missing, extreme) = Range(values);
        var rows = values.Length;
        if (peers is not null)
            (lowest, highest, missing, extreme, rows) = Merge(peers, lowest, highest, missing, extreme, rows);
        var quartiles = default(Quartiles);
        if (!(lowest < highest))
            // A column without values counts as constant 0.
            (lowest, highest) = lowest == highest ? (lowest, highest) : (0, 0);
        else if (new ColumnSample(values.Length, row => values[row], row => weights?[row] ?? 1, peers) is var sample
            && sample.Values.Length >= AutoRules.LeastValuesOfFence)
        {
            quartiles = Quartiles.Of(sample);
            (lowest, highest, var outside) =
                OutlierFence.Of(quartiles, lowest, highest, rows - missing, values, peers);
            extreme += outside;
        }
        var (mean, deviation) = Moments(values, weights, lowest, highest, peers);
        return new(mean, deviation, lowest, highest, quartiles, missing, extreme);
    }

    /// <summary>The smallest and the largest finite value, and the numbers of missing and infinite values.</summary>
    private static (float Lowest, float Highest, int Missing, int Infinite) Range(float[] values)
    {
        if (TensorPrimitives.IsFiniteAll(values))
            return (TensorPrimitives.Min(values), TensorPrimitives.Max(values), 0, 0);
        var (lowest, highest, missing, infinite) = (float.PositiveInfinity, float.NegativeInfinity, 0, 0);
        foreach (var value in values)
            if (float.IsFinite(value))
                (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
            else if (float.IsNaN(value))
                missing++;
            else
                infinite++;
        return (lowest, highest, missing, infinite);
    }

    private static (float Lowest, float Highest, int Missing, int Infinite, int Rows) Merge(
        Peers peers, float lowest, float highest, int missing, int infinite, int rows)
    {
        var each = peers.Gather<(float Lowest, float Highest, int Missing, int Infinite, int Rows)>(
            [(lowest, highest, missing, infinite, rows)]);
        return (each.Min(part => part.Lowest), each.Max(part => part.Highest), each.Sum(part => part.Missing),
            each.Sum(part => part.Infinite), each.Sum(part => part.Rows));
    }

    /// <summary>Weighted mean and deviation of the values within the bounds, in double precision and two
    /// passes.</summary>
    private static (double Mean, double Deviation) Moments(
        float[] values, float[]? weights, float lowest, float highest, Peers? peers)
    {
        var (total, sum, squares) = (0.0, 0.0, 0.0);
        for (var row = 0; row < values.Length; row++)
            if (!float.IsNaN(values[row]))
            {
                double weight = weights is null ? 1 : weights[row];
                total += weight;
                sum += weight * Math.Clamp(values[row], lowest, highest);
            }
        if (peers is not null)
            (total, sum) = (peers.Sum(total), peers.Sum(sum));
        if (total == 0)
            return (0, 0);
        var mean = sum / total;
        for (var row = 0; row < values.Length && lowest < highest; row++)
            if (!float.IsNaN(values[row]))
            {
                var difference = Math.Clamp(values[row], lowest, highest) - mean;
                squares += (weights is null ? 1 : weights[row]) * difference * difference;
            }
        return (mean, Math.Sqrt((peers?.Sum(squares) ?? squares) / total));
    }
}
