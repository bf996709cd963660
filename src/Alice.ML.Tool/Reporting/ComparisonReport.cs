using Alice.ML.Tool.Comparing;
using Alice.ML.Tool.Shell;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Alice.ML.Tool.Reporting;

/// <summary>Prints, draws and saves a comparison.</summary>
internal static class ComparisonReport
{
    private const string StabilityPicture = "-stability.png";
    private const string RunTable = ".csv";
    private const string CurveTable = "-curves.csv";
    private static readonly double[] _factors = [.. Comparison.Factors];

    /// <summary>The multiples of the best learning rate, for headings.</summary>
    public static IReadOnlyList<string> FactorNames { get; } =
        [.. _factors.Select(factor => FormattableString.Invariant($"{Math.Round(factor, factor < 1 ? 1 : 0)} ×"))];

    /// <summary>Prints the final errors, the stability, and the ranking.</summary>
    public static void Write(Terminal terminal, Standings standings)
    {
        var final = new Table().Border(TableBorder.Rounded).AddColumn("optimizer");
        foreach (var head in new[]
            {
                "best learning rate", $"test {standings.ErrorName}", "training loss",
                $"gradients to validation {standings.Target:G3}", "seconds to it", "seconds",
            })
            final.AddColumn(head, c => c.RightAligned());
        var stability = new Table().Border(TableBorder.Rounded).AddColumn($"test {standings.ErrorName} at");
        foreach (var head in FactorNames)
            stability.AddColumn(head, c => c.RightAligned());
        foreach (var standing in standings.All)
        {
            var last = standing.Curve()[^1];
            var reached = standings.Reached(standing);
            final.AddRow(standing.Name, $"{standing.Best[0].LearningRate:G3}", Text(standing.TestError()),
                $"{last.Loss:G3}", reached is null ? "never" : $"{reached.Evaluations}",
                reached is null ? "never" : $"{reached.Seconds:F2}", $"{last.Seconds:F1}");
            stability.AddRow(
                [standing.Name, .. Enumerable.Range(0, _factors.Length).Select(i => Text(standing.TestError(i)))]);
        }
        terminal.OutConsole.Write(final);
        terminal.OutConsole.Write(stability);
        terminal.Out.WriteLine(
            "Factors are half decades (0.316, 3.16). Errors are means over the seeds ± standard error.");
        terminal.Out.WriteLine(standings.Verdict());
    }

    /// <summary>Suffixes of the written files.</summary>
    public static IReadOnlyList<string> Suffixes { get; } =
        ["-epochs.png", "-evaluations.png", "-seconds.png", StabilityPicture, RunTable, CurveTable];

    /// <summary>Writes the pictures and the .csv files.</summary>
    public static void Save(OutputFiles files, string prefix, string title, Standings standings)
    {
        files.Write(prefix + "-epochs.png",
            (Errors(title, standings, "epochs", (_, i) => i + 1) with { HasLogX = false }).Save);
        files.Write(prefix + "-evaluations.png", Gradients(title, standings).Save);
        files.Write(prefix + "-seconds.png",
            Errors(title, standings, "processor seconds of training", (e, _) => e.Seconds).Save);
        files.Write(prefix + StabilityPicture, Stability(title, standings).Save);
        files.Write(prefix + RunTable,
            stream => CsvFile.Write(stream, ["optimizer", "learning rate", "seed", "validation error", "test error"],
            standings.Runs.Select(
            r => (IReadOnlyList<object>)[r.Name, r.LearningRate, r.Seed, r.ValidationError, r.TestError])));
        files.Write(prefix + CurveTable,
            stream =>
                CsvFile.Write(stream, ["optimizer", "seed", "epoch", "loss", "validation error", "gradients",
                "seconds"],
            from s in standings.All
            from r in s.Best
            from e in r.Epochs.Index()
            select (IReadOnlyList<object>)[
                r.Name, r.Seed, e.Index + 1, e.Item.Loss, e.Item.ValidationError, e.Item.Evaluations,
                e.Item.Seconds]));
    }

    /// <summary>Validation error against gradients.</summary>
    public static Chart Gradients(string title, Standings standings) =>
        Errors(title, standings, "gradient evaluations", (e, _) => e.Evaluations);

    /// <summary>Test error against the learning rate.</summary>
    public static Chart Stability(string title, Standings standings) =>
        new($"Stability: {title}", "learning rate / best learning rate", $"test {standings.ErrorName}",
            [.. standings.All.Select((s, color) => new Series(s.Name, _factors,
                [.. Enumerable.Range(0, _factors.Length).Select(i => s.TestError(i).Mean)], SeriesKind.Line, color))])
        {
            HasLogX = true,
            HasLogY = true,
            Highest = 10 * standings.Winner.TestError().Mean,
        };

    private static Chart Errors(
        string title, Standings standings, string axis, Func<ComparisonEpoch, int, double> place) =>
            new($"Validation error at the best learning rate: {title}", axis, $"validation {standings.ErrorName}",
            [.. standings.All.Select((s, color) => new Series(s.Name, [.. s.Curve().Select(place)],
                [.. s.Curve().Select(e => e.ValidationError)], SeriesKind.Line, color))])
            {
                HasLogX = true,
                HasLogY = true,
            };

    /// <summary>An error with its standard error.</summary>
    public static string Text((double Mean, double StandardError) error) =>
        double.IsFinite(error.Mean) ? $"{error.Mean:G4} ± {error.StandardError:G2}" : "diverged";
}
