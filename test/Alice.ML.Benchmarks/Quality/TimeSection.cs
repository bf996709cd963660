using System.Text;
using Alice.ML.Benchmarks.Report;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Time against error, over all tables.</summary>
internal static class TimeSection
{
    /// <param name="text">The report.</param>
    /// <param name="contestants">All.</param>
    /// <param name="results">The tables.</param>
    /// <param name="picture">Where the picture is, from the report.</param>
    public static void Write(
        StringBuilder text, IReadOnlyList<Contestant> contestants, IReadOnlyList<TableResult> results, string picture)
    {
        text.Append("\n## Time against error\n\nGeometric mean over the tables of the error (RMSE, 1 − AUC, 1 − "
            + "accuracy) over that of Alice's default, and the seconds of all fits together. Tables on which one of "
            + "the two makes no error are left out and counted.\n\n");
        Markdown.Table(text, ["contestant", "error / Alice's", "seconds", "seconds / Alice's"],
            contestants.Select(c => (string[])
        [
            c.Name, Markdown.MeanRatio(Ratios(c, results)), Figures.Number(Seconds(c, results)),
            Figures.Number(Seconds(c, results) / Seconds(Contestant.Default, results)),
        ]));
        foreach (var contestant in contestants)
        {
            var tries = results.SelectMany(r => r.Outcomes[contestant]).Select(o => o.Tries).OfType<int>().ToList();
            if (tries.Count > 0)
                text.Append($"\n{contestant.Name}: {Figures.Number(Figures.Median(tries.Select(t => (double)t)))} "
                    + $"settings tried in the median fit, {Markdown.Count(tries.Min())} to "
                    + $"{Markdown.Count(tries.Max())}.\n");
        }
        text.Append($"\n![Time against error]({picture})\n");
    }

    /// <summary>What the picture shows; contestants without a finite ratio are not in it.</summary>
    public static IReadOnlyList<TimePoint> Points(
        IReadOnlyList<Contestant> contestants, IReadOnlyList<TableResult> results) =>
            [.. from contestant in contestants
            let ratios = Ratios(contestant, results).Where(ratio => double.IsFinite(ratio.Mean)).ToList()
            where ratios.Count > 0
            select new TimePoint(contestant.Name, Seconds(contestant, results),
                Math.Exp(Estimate.MeanOf(ratios).Mean))];

    private static IEnumerable<Estimate> Ratios(Contestant contestant, IReadOnlyList<TableResult> results) =>
        results.Select(r => r.LogRatio(contestant, Contestant.Default, o => o.Error));

    private static double Seconds(Contestant contestant, IReadOnlyList<TableResult> results) =>
        results.Sum(r => r.Values(contestant, o => o.SecondsToTrain).Sum());
}
