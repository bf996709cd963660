namespace Alice.ML.Benchmarks.Quality;

/// <summary>What a try gave: lower is better, and of equal errors the lower log-loss. NaN is never better.</summary>
internal readonly record struct TryResult(double Error, double LogLoss)
{
    public bool IsBetterThan(TryResult other) =>
        Error < other.Error || (Error == other.Error && LogLoss < other.LogLoss);
}

/// <summary>The best setting, and how many were tried.</summary>
internal sealed record SearchedSetting<T>(T Best, int Tries);

/// <summary>A search that ends in time: none is begun that would not be done by then.</summary>
internal static class TimedSearch
{
    // A try is expected to take as long as the mean of so many before it.
    private const int TriesToJudgeBy = 3;

    /// <param name="first">Tried in any case.</param>
    /// <param name="draw">Gives the next setting to try.</param>
    /// <param name="measure">Tries one.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="clock">Measures it.</param>
    public static SearchedSetting<T> Run<T>(
        T first, Func<T> draw, Func<T, TryResult> measure, TimeSpan time, TimeProvider clock)
    {
        var start = clock.GetTimestamp();
        var (best, least) = (first, measure(first));
        List<TimeSpan> ends = [clock.GetElapsedTime(start)];
        while (ends[^1] + NextTry(ends) <= time)
        {
            var setting = draw();
            var result = measure(setting);
            if (result.IsBetterThan(least))
                (best, least) = (setting, result);
            ends.Add(clock.GetElapsedTime(start));
        }
        return new(best, ends.Count);
    }

    private static TimeSpan NextTry(List<TimeSpan> ends)
    {
        var tries = Math.Min(TriesToJudgeBy, ends.Count);
        return (ends[^1] - (ends.Count > tries ? ends[^(tries + 1)] : TimeSpan.Zero)) / tries;
    }
}
