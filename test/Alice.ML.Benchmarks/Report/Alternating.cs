using System.Diagnostics;

namespace Alice.ML.Benchmarks.Report;

/// <summary>Seconds of two or more things that were measured in turns, A B A B …, so that a disturbance meets all of
/// them.</summary>
internal sealed class Alternating
{
    private readonly double[][] _seconds;

    private Alternating(double[][] seconds) => _seconds = seconds;

    /// <summary>Measures every thing once a round, after one round that does not count.</summary>
    /// <param name="rounds">Rounds that count.</param>
    /// <param name="measures">Each does its work once and says how many seconds the part that counts took.</param>
    public static Alternating Measure(int rounds, params Func<double>[] measures)
    {
        var seconds = measures.Select(_ => new double[rounds]).ToArray();
        for (var round = -1; round < rounds; round++)
            for (var i = 0; i < measures.Length; i++)
            {
                GC.Collect();
                var taken = measures[i]();
                if (round >= 0)
                    seconds[i][round] = taken;
            }
        return new Alternating(seconds);
    }

    /// <summary>The same for actions that are timed as a whole.</summary>
    public static Alternating Time(int rounds, params Action[] actions) =>
        Measure(rounds, [.. actions.Select<Action, Func<double>>(action => () => Seconds(action))]);

    /// <summary>Median seconds of a thing.</summary>
    public double Median(int index) => Figures.Median(_seconds[index]);

    /// <summary>The median over the rounds of one thing's seconds divided by another's in the same round.</summary>
    public double Ratio(int index, int other) => Figures.Median(Ratios(index, other));

    /// <summary>That median, and in brackets the lowest and highest round.</summary>
    public string RatioText(int index, int other) =>
        $"{Figures.Number(Ratio(index, other))} "
            + $"({Figures.Number(Ratios(index, other).Min())}–{Figures.Number(Ratios(index, other).Max())})";

    /// <summary>A row about the first thing against the second, with both times divided by a count of work
    /// done.</summary>
    public Result Row(string name, double? limit, double count = 1) => new(
        name, Figures.Time(Median(0) / count), Figures.Time(Median(1) / count), RatioText(0, 1),
        limit is { } bar ? Bar.AtMost(bar, Ratio(0, 1)) : null);

    public static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Does an action many times; for those too short for a clock.</summary>
    public static Action Repeat(int times, Action action) => () =>
    {
        for (var i = 0; i < times; i++)
            action();
    };

    private double[] Ratios(int index, int other) => [.. _seconds[index].Zip(_seconds[other], (a, b) => a / b)];
}
