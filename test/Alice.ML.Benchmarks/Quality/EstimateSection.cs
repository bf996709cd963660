using System.Globalization;
using System.Text;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>The section on what the fits expected of themselves.</summary>
internal static class EstimateSection
{
    /// <param name="text">The report.</param>
    /// <param name="tables">Of each table its name and what was expected in each run; null where a fit had no
    /// estimate.</param>
    public static void Write(StringBuilder text, IReadOnlyList<(string Name, IReadOnlyList<Expectation?> Runs)> tables)
    {
        var known = tables.SelectMany(table => table.Runs).OfType<Expectation>().ToList();
        if (known.Count == 0)
            return;
        text.Append("\n## Estimates of the error\n\nWhat `TrainingSummary.Estimate` of Alice's default fit expected "
            + "(RMSE, 1 − AUC, 1 − accuracy) and the error on the test rows, means over the runs; the ratio of these "
            + "means; and for each run the test error less the expected one, in standard errors of both together. "
            + "Those of more than two are bold. Standard errors of the test: from the squared errors (RMSE), by "
            + "Hanley and McNeil 1982 (AUC), binomial (accuracy).\n\n");
        Markdown.Table(text, ["table", "expected", "test", "test / expected", "within two", "runs"],
            tables.Select(Row));

        var within = known.Count(run => run.IsWithin);
        var missing = tables.Sum(table => table.Runs.Count) - known.Count;
        var share = (100.0 * within / known.Count).ToString("F0", CultureInfo.InvariantCulture);
        var ratios = tables.Select(table => table.Runs.OfType<Expectation>().ToList()).Where(runs => runs.Count > 0)
            .Select(Ratio);
        text.Append(
            $"\nWithin two standard errors: {Markdown.Count(within)} of "
            + $"{Markdown.Count(known.Count)} runs ({share}%). ")
            .Append($"Geometric mean of test / expected over the tables: {Markdown.MeanRatio(ratios)}.")
            .Append(missing > 0 ? $" {Markdown.Count(missing)} fits had no estimate.\n" : "\n");
    }

    private static string[] Row((string Name, IReadOnlyList<Expectation?> Runs) table)
    {
        var known = table.Runs.OfType<Expectation>().ToList();
        var runs = string.Join("; ", table.Runs.Select(run => run is null ? Markdown.None : Deviation(run)));
        return known.Count == 0
            ? [table.Name, Markdown.None, Markdown.None, Markdown.None, Markdown.None, runs]
            :
            [
                table.Name, Mean(run => run.Expected.Mean), Mean(run => run.Test.Mean),
                    Markdown.MeanRatio([Ratio(known)]),
                $"{Markdown.Count(known.Count(run => run.IsWithin))} of {Markdown.Count(known.Count)}", runs,
            ];

        string Mean(Func<Expectation, double> figure) => Markdown.Text(new(known.Average(figure), double.NaN));
    }

    // Of means: the error of one small run may be 0.
    private static Estimate Ratio(IReadOnlyList<Expectation> runs) =>
        Estimate.LogRatio([.. runs.Select(run => run.Test.Mean)], [.. runs.Select(run => run.Expected.Mean)]);

    private static string Deviation(Expectation run)
    {
        var number = run.Deviation.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);
        return run.IsWithin ? number : $"**{number}**";
    }
}
