using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Quartiles of a column, which single values do not affect.</summary>
/// <param name="Lower">A quarter of the weight lies below.</param>
/// <param name="Median">Half of the weight lies below.</param>
/// <param name="Upper">A quarter of the weight lies above.</param>
/// <param name="Tail">Weight of the tails: the 95% quantile of the distances from the median over their 80% quantile.
/// It is 1.2 for a uniform, 1.5 for a normal, 2.5 for an exponential distribution, and 3.2 for a lognormal one with σ =
/// 1.</param>
internal readonly record struct Quartiles(float Lower, float Median, float Upper, double Tail)
{
    // Of normally distributed values, the quartiles are this many standard deviations apart.
    private const double NormalSpread = 1.349;

    /// <summary>Interquartile distance over 1.349: the standard deviation if the values were normally
    /// distributed.</summary>
    public double Deviation => ((double)Upper - Lower) / NormalSpread;

    /// <summary>Computes the quartiles of a sample. If half of the values or more are equal, the quartiles are those of
    /// the other values, extended to include this one.</summary>
    public static Quartiles Of(ColumnSample sample)
    {
        var values = sample.Quantiles([0.25, 0.5, 0.75]);
        if (values[0] < values[2])
            return new(values[0], values[1], values[2], TailOf(sample, values[1]));
        var others = sample.Without(values[1]);
        if (others.Values.Length == 0)
            return new(values[1], values[1], values[1], double.PositiveInfinity);
        var outer = others.Quantiles([0.25, 0.75]);
        return new(Math.Min(outer[0], values[1]), values[1], Math.Max(outer[1], values[1]), TailOf(others, values[1]));
    }

    private static double TailOf(ColumnSample sample, float median)
    {
        // The numbers are sorted, so those below and those above the median are sorted by distance. Merge the two
        // lists.
        var values = sample.Values;
        var distances = new float[values.Length];
        var above = values.AsSpan().BinarySearch(median);
        above = above < 0 ? ~above : above;
        for (var (below, i) = (above - 1, 0); i < distances.Length; i++)
            distances[i] = above == values.Length || (below >= 0 && median - values[below] <= values[above] - median)
                ? median - values[below--]
                : values[above++] - median;
        double At(double share) => distances[(int)(share * (distances.Length - 1))];
        return At(0.8) > 0 ? At(0.95) / At(0.8) : double.PositiveInfinity;
    }
}

/// <summary>Separates isolated extreme values (typing errors, sensor defects) from the tail of a distribution. Beyond
/// three interquartile distances, the values are followed outwards. The first value that is several times as far from
/// the median as the one before is extreme, and so are all values beyond it. The factor is the cube of
/// <see cref="Quartiles.Tail"/>, but at least three. A Pareto tail has such a gap before its last value in one table of
/// 64, whatever its index. If more than one value in twenty would be extreme, none is.</summary>
/// <param name="Lowest">The least value that is not extreme.</param>
/// <param name="Highest">The largest value that is not extreme.</param>
/// <param name="Outside">Number of extreme values.</param>
internal readonly record struct OutlierFence(float Lowest, float Highest, int Outside)
{
    /// <summary>Values on one side of the median, without a gap.</summary>
    /// <param name="Near">The value nearest to the median.</param>
    /// <param name="Far">The value furthest from the median.</param>
    /// <param name="Count">Number of values.</param>
    internal readonly record struct Stretch(float Near, float Far, int Count);

    /// <summary>The range in which no value is extreme.</summary>
    public static (double From, double To) Range(in Quartiles quartiles)
    {
        var reach = AutoRules.FenceReach * ((double)quartiles.Upper - quartiles.Lower);
        return (quartiles.Lower - reach, quartiles.Upper + reach);
    }

    /// <summary>Whether all values are in that range.</summary>
    public static bool Reaches(in Quartiles quartiles, float lowest, float highest) =>
        Range(quartiles) is var (from, to) && lowest >= from && highest <= to;

    /// <param name="quartiles">Quartiles of the values.</param>
    /// <param name="all">The smallest and the largest value, and the number of values.</param>
    /// <param name="within">The smallest and the largest value within the range.</param>
    /// <param name="below">Values below the range, outwards.</param>
    /// <param name="above">Values above the range, outwards.</param>
    public static OutlierFence Of(
        in Quartiles quartiles, (float Lowest, float Highest, int Count) all, (float Lowest, float Highest) within,
        ReadOnlySpan<Stretch> below, ReadOnlySpan<Stretch> above)
    {
        var gap = Math.Max(AutoRules.LeastFenceGap, Math.Pow(quartiles.Tail, AutoRules.FencePower));
        var (inside, extremeAbove) = Walk(above, within.Highest, quartiles.Median, gap);
        var (insideBelow, extremeBelow) = Walk(below, within.Lowest, quartiles.Median, gap);
        return extremeAbove + extremeBelow <= Math.Max(1, AutoRules.MostExtreme * all.Count)
            ? new(insideBelow, inside, extremeAbove + extremeBelow)
            : new(all.Lowest, all.Highest, 0);
    }

    /// <summary>Follows the values outwards to the first gap.</summary>
    /// <returns>The last value before the gap, and the number of values beyond it.</returns>
    private static (float Last, int Extreme) Walk(
        ReadOnlySpan<Stretch> outwards, float last, float median, double gap)
    {
        for (var i = 0; i < outwards.Length; i++)
        {
            if (Math.Abs((double)outwards[i].Near - median) >= gap * Math.Abs((double)last - median))
            {
                var beyond = 0;
                foreach (var stretch in outwards[i..])
                    beyond += stretch.Count;
                return (last, beyond);
            }
            last = outwards[i].Far;
        }
        return (last, 0);
    }
}
