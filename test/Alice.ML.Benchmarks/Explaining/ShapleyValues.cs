using Alice.ML.Tool.Modelling;

namespace Alice.ML.Benchmarks.Explaining;

/// <summary>Shapley values of columns, sampled: along a random order of the columns each goes from a background row's
/// values to the row's, and what that does to the score is its share (Strumbelj and Kononenko 2014). Every background
/// row is used as often as the others, and each order with its reverse.</summary>
internal sealed class ShapleyValues(NetworkRows rows, int permutations)
{
    private readonly int[][] _slots = [.. Enumerable.Range(0, rows.Columns.Count).Select(rows.SlotsOf)];

    /// <summary>The log-odds or number that is explained.</summary>
    public double Score(ReadOnlySpan<float> features, int? classIndex) => rows.ExplainedScore(features, classIndex);

    public double[] Of(float[] features, int? classIndex, int seed)
    {
        var random = new Random(seed);
        var values = new double[_slots.Length];
        int[] order = [.. Enumerable.Range(0, _slots.Length)];
        foreach (var background in rows.Background)
            for (var p = 0; p < permutations; p++)
            {
                if (p % 2 == 0)
                    random.Shuffle(order);
                else
                    Array.Reverse(order);
                var mixed = (float[])background.Clone();
                var before = Score(mixed, classIndex);
                foreach (var column in order)
                {
                    foreach (var slot in _slots[column])
                        mixed[slot] = features[slot];
                    var after = Score(mixed, classIndex);
                    values[column] += (after - before) / (permutations * rows.Background.Count);
                    before = after;
                }
            }
        return values;
    }
}

/// <summary>Rank correlation.</summary>
internal static class Ranks
{
    /// <summary>Spearman's: Pearson's of the ranks, equal values at their mean rank.</summary>
    public static double Correlation(double[] a, double[] b)
    {
        var (x, y) = (Of(a), Of(b));
        var (meanX, meanY) = (x.Average(), y.Average());
        double xy = 0, xx = 0, yy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.Sqrt(xx * yy);
    }

    private static double[] Of(double[] values)
    {
        var ranks = new double[values.Length];
        foreach (var group in Enumerable.Range(0, values.Length).OrderBy(i => values[i]).Index()
            .GroupBy(place => values[place.Item]))
        {
            var mean = group.Average(place => place.Index);
            foreach (var (_, item) in group)
                ranks[item] = mean;
        }
        return ranks;
    }
}
