using System.CommandLine;
using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Models;
using Alice.ML.Tool.Comparing;
using Alice.ML.Tool.Reporting;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Pages;

/// <summary>'comparison': makes the tables and pictures of docs/comparison.md, as 'alice compare' does for one
/// table.</summary>
internal static class ComparisonPage
{
    public const string File = "comparison.md";
    private const string Errors = "errors";
    private const string Verdicts = "verdicts";
    private const string Stability = "stability";
    private const int Seed = 1;
    private const int Units = 64;
    private const int BatchSize = 64;

    private static readonly (string Name, string Error, int Epochs, int Seeds)[] _tables =
        [("concrete", "RMSE, MPa", 100, 5), ("energy", "RMSE, kWh/m²", 100, 5), ("optdigits", "error rate, %", 30, 3)];

    /// <summary>The blocks of the page.</summary>
    public static IReadOnlyList<string> Blocks { get; } = [Errors, Verdicts, Stability];

    /// <param name="defaultDocs">Finds the folder of the page where --docs does not say.</param>
    public static Command Create(Func<string> defaultDocs)
    {
        var command = new Command(
            "comparison", "Compares optimizers on one network and writes the figures of docs/comparison.md.");
        var options = new PageOptions(command, defaultDocs);
        command.SetAction(parsed => TableOptions.Guarded(() => Make(parsed, options)));
        return command;
    }

    private static void Make(ParseResult parsed, PageOptions options)
    {
        var page = new MadePage(options.Docs(parsed), File, Blocks);
        var machine = Machine.Describe().ToList();
        var results = new List<(string Name, Standings Standings)>();
        foreach (var (name, error, epochs, seeds) in _tables)
        {
            var settings = new ComparisonSettings([Units, Units], Activation.ReLU, epochs, BatchSize);
            using var data = ComparisonData.Create(new MLContext(Seed), options.Read(parsed, name), Seed);
            var standings = Standings.Measure(Contender.All, data, settings, seeds,
                done => Console.Error.WriteLine(FormattableString.Invariant(
                    $"{name}, {done.Name}: {done.TestError().Mean:G4}, {done.Curve()[^1].Seconds:F1} s a run")),
                default) with
            { ErrorName = error };
            results.Add((name, standings));
            options.Draw(parsed, $"compare-{name}-evaluations", ComparisonReport.Gradients(name, standings));
            options.Draw(parsed, $"compare-{name}-stability", ComparisonReport.Stability(name, standings));
        }
        page.Set(Errors, ErrorTable(results));
        page.Set(Verdicts, string.Join('\n', results.Select(r => $"- **{r.Name}**: {r.Standings.Verdict()}")));
        page.Set(Stability, StabilityTable(results));
        page.Save(parsed.CommandResult.Command.Name, machine);
    }

    /// <summary>A row for each optimizer; in bold what is lowest.</summary>
    internal static string ErrorTable(IReadOnlyList<(string Name, Standings Standings)> results)
    {
        var text = new StringBuilder();
        Markdown.Table(text,
            ["", .. results.SelectMany(r => (string[])[$"{r.Name}, {r.Standings.ErrorName}", "gradients", "seconds"])],
            results[0].Standings.All.Index().Select(optimizer => (string[])
            [
                optimizer.Item.Name,
                .. results.SelectMany(r => Cells(r.Standings, r.Standings.All[optimizer.Index])),
            ]));
        return text.ToString();

        static string[] Cells(Standings all, Standing standing)
        {
            var (mean, error) = standing.TestError();
            var reached = all.Reached(standing);
            return
            [
                Bold(double.IsFinite(mean) ? Text($"{mean:F2} ± {error:F2}") : "diverged", standing == all.Winner),
                reached is null ? "never" : Text($"{reached.Evaluations}"),
                reached is null ? "never" : Text($"{reached.Seconds:F2}"),
            ];
        }
    }

    /// <summary>Rows for each table and optimizer; in bold what is lowest of a table.</summary>
    internal static string StabilityTable(IReadOnlyList<(string Name, Standings Standings)> results)
    {
        var text = new StringBuilder();
        Markdown.Table(text, ["", "", .. ComparisonReport.FactorNames], results.SelectMany(r =>
        {
            double[] lowest = [.. Comparison.Factors.Index()
                .Select(factor => r.Standings.All.Min(s => s.TestError(factor.Index).Mean))];
            return r.Standings.All.Index().Select(optimizer => (string[])
            [
                optimizer.Index == 0 ? $"{r.Name}, {r.Standings.ErrorName}" : "",
                optimizer.Item.Name,
                .. lowest.Select((low, factor) => optimizer.Item.TestError(factor).Mean is var mean
                    && double.IsFinite(mean) ? Bold(Figures.Digits(mean), mean == low) : "diverged"),
            ]);
        }));
        return text.ToString();
    }

    private static string Bold(string text, bool isBold) => isBold ? $"**{text}**" : text;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
