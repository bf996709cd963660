using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Report;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>The result of 'search' as Markdown.</summary>
internal static class SearchReport
{
    public static string Write(SearchResult result)
    {
        var text = new StringBuilder($"Errors (RMSE, 1 − AUC, 1 − accuracy) over those of '{result.Names[0]}': lower is better; ± one paired "
            + "standard error over splits and seeds. All tables: geometric mean; spread: standard deviation of the logarithm between tables.\n\n");
        QualityReport.Table(
            text, ["variant", "all tables", "spread", .. result.Tables.Select(t => t.Name), "seconds a fit"], result.Names.Select(name =>
        {
            var ratios = result.Tables.Select(table => result.LogRatio(table, name)).ToArray();
            return (string[])
            [
                name, Ratio(Estimate.MeanOf(ratios)), Number(Estimate.Deviation([.. ratios.Select(r => r.Mean)])), .. ratios.Select(Ratio),
                Figures.Number(result.Tables.Average(table => result.Seconds[table][name].Average())),
            ];
        }));
        text.Append("\nMeans and their standard errors over splits and seeds:\n\n");
        QualityReport.Table(
            text, ["variant", .. result.Tables.Select(t => $"{t.Name}, {Outcome.Measure(t.Task)}")], result.Names.Select(name => (string[])
            [name, .. result.Tables.Select(t => QualityReport.Text(Estimate.Of([.. result.Errors[t][name].Select(e => Outcome.Shown(t.Task, e))])))]));
        return text.ToString();
    }

    // The ratio's standard error is that of its logarithm times the ratio.
    private static string Ratio(Estimate logarithm)
    {
        var ratio = Math.Exp(logarithm.Mean);
        return Number(ratio) + (double.IsNaN(logarithm.StandardError) ? "" : $" ± {Number(logarithm.StandardError * ratio)}");
    }

    private static string Number(double value) => double.IsNaN(value) ? "–" : value.ToString("F3", CultureInfo.InvariantCulture);
}
