using Alice.ML.Tool.Comparing;
using Alice.ML.Tool.Shell;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Alice.ML.Tool.Reporting;

/// <summary>Tables, pictures and numbers of a comparison.</summary>
internal static class ComparisonReport
{
    private const string StabilityPicture = "-stability.png";
    private const string RunTable = ".csv";
    private const string CurveTable = "-curves.csv";
    private static readonly double[] _factors = [0.1, Math.Sqrt(0.1), 1, Math.Sqrt(10), 10];

    /// <summary>The final errors, the stability, and who wins.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<Standing> standings, string error)
    {
        var target = Target(standings);
        var final = new Table().Border(TableBorder.Rounded).AddColumn("optimizer");
        foreach (var head in new[]
            { "best learning rate", $"test {error}", "training loss", $"gradients to validation {target:G3}",
                "seconds to it", "seconds" })
            final.AddColumn(head, c => c.RightAligned());
        var stability = new Table().Border(TableBorder.Rounded).AddColumn($"test {error} at");
        foreach (var head in new[] { "0.1 ×", "0.3 ×", "1 ×", "3 ×", "10 ×" })
            stability.AddColumn(head, c => c.RightAligned());
        foreach (var standing in standings)
        {
            var curve = standing.Curve();
            var reached = Reached(curve, target);
            final.AddRow(standing.Name, $"{standing.Best[0].LearningRate:G3}", Text(standing.TestError()),
                $"{curve[^1].Loss:G3}",
                reached is null ? "never" : $"{reached.Evaluations}", reached is null ? "never"
                : $"{reached.Seconds:F2}",
                $"{curve[^1].Seconds:F1}");
            stability.AddRow(
                [standing.Name, .. Enumerable.Range(0, _factors.Length).Select(i => Text(standing.TestError(i)))]);
        }
        terminal.OutConsole.Write(final);
        terminal.OutConsole.Write(stability);
        terminal.Out.WriteLine(
            "Factors are half decades (0.316, 3.16). Errors are means over the seeds ± standard error.");
        terminal.Out.WriteLine(Verdict(standings, target));
    }

    /// <summary>What follows the prefix in the names of the files.</summary>
    public static IReadOnlyList<string> Suffixes { get; } =
        ["-epochs.png", "-evaluations.png", "-seconds.png", StabilityPicture, RunTable, CurveTable];

    /// <summary>Writes the pictures and the .csv files.</summary>
    public static void Save(OutputFiles files,
        string prefix, string file, IReadOnlyList<Standing> standings, IReadOnlyList<ComparisonResult> results,
        string error)
    {
        foreach (var (suffix, axis, value) in new (string, string, Func<ComparisonEpoch, int, double>)[]
            {
                ("epochs", "epochs", (_, i) => i + 1), ("evaluations", "gradient evaluations", (e, _) => e.Evaluations),
                ("seconds", "seconds of training", (e, _) => e.Seconds),
            })
            files.Write($"{prefix}-{suffix}.png",
                new Chart($"Validation error at the best learning rate: {file}", axis, $"validation {error}",
                [.. standings.Select((s, color) => new Series(s.Name, [.. s.Curve().Select(value)],
                    [.. s.Curve().Select(e => e.ValidationError)], SeriesKind.Line, color))])
                { HasLogX = suffix != "epochs", HasLogY = true }.Save);

        var best = standings.Min(s => s.TestError().Mean);
        files.Write(prefix + StabilityPicture,
            new Chart($"Stability: {file}", "learning rate / best learning rate", $"test {error}",
            [.. standings.Select((s, color) => new Series(s.Name, _factors,
                [.. Enumerable.Range(0, _factors.Length).Select(i => s.TestError(i).Mean)], SeriesKind.Line, color))])
            { HasLogX = true, HasLogY = true, Highest = 10 * best }.Save);

        files.Write(prefix + RunTable,
            stream => CsvFile.Write(stream, ["optimizer", "learning rate", "seed", "validation error", "test error"],
            results.Select(
            r => (IReadOnlyList<object>)[r.Name, r.LearningRate, r.Seed, r.ValidationError, r.TestError])));
        files.Write(prefix + CurveTable,
            stream =>
                CsvFile.Write(stream, ["optimizer", "seed", "epoch", "loss", "validation error", "gradients",
                "seconds"],
            from s in standings
            from r in s.Best
            from e in r.Epochs.Index()
            select (IReadOnlyList<object>)[
                r.Name, r.Seed, e.Index + 1, e.Item.Loss, e.Item.ValidationError, e.Item.Evaluations,
                e.Item.Seconds]));
    }

    /// <summary>The middle one of the errors that the optimizers end with.</summary>
    private static double Target(IReadOnlyList<Standing> standings)
    {
        double[] finals = [.. standings.Select(s => s.Curve()[^1].ValidationError).Order()];
        return finals[finals.Length / 2];
    }

    private static ComparisonEpoch? Reached(IReadOnlyList<ComparisonEpoch> curve, double target) =>
        curve.FirstOrDefault(epoch => epoch.ValidationError <= target);

    private static string Verdict(IReadOnlyList<Standing> standings, double target)
    {
        var winner = standings.MinBy(s => s.TestError().Mean)!;
        var (lowest, error) = winner.TestError();
        var close = standings.Where(s => s != winner && s.TestError() is var (mean, own)
            && mean - lowest <= 2 * Math.Sqrt(error * error + own * own)).Select(s => s.Name).ToArray();
        var steady = standings.MinBy(s => Enumerable.Range(0, _factors.Length).Max(i => s.TestError(i).Mean))!;
        var fewest = standings.MinBy(s => Reached(s.Curve(), target)?.Evaluations ?? long.MaxValue)!;
        var fastest = standings.MinBy(s => Reached(s.Curve(), target)?.Seconds ?? double.MaxValue)!;
        return $"Lowest test error: {winner.Name}; within two standard errors of it: " +
            $"{(close.Length == 0 ? "none" : string.Join("; ", close))}. Fewest gradients to a validation error of "
                + $"{target:G3}: " +
            $"{fewest.Name}; least time: {fastest.Name}. Smallest worst error over 0.1 to 10 times the best "
                + $"learning rate: {steady.Name}.";
    }

    private static string Text((double Mean, double StandardError) error) =>
        double.IsFinite(error.Mean) ? $"{error.Mean:G4} ± {error.StandardError:G2}" : "diverged";
}
