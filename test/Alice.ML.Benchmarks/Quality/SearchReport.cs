using System.Text;
using Alice.ML.Benchmarks.Report;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>The result of 'search' as Markdown.</summary>
internal static class SearchReport
{
    public static string Write(SearchResult result)
    {
        var text = new StringBuilder($"Errors (RMSE, 1 − AUC, 1 − accuracy) over those of '{result.Names[0]}': lower "
            + $"is better; ± one paired standard error over splits and seeds. All tables: geometric mean; spread: "
            + $"standard deviation of the logarithm between tables.\n\n");
        Markdown.Table(
            text, ["variant", "all tables", "spread", .. result.Tables.Select(t => t.Name), "seconds a fit"],
            result.Names.Select(name =>
        {
            var ratios = result.Tables.Select(table => result.LogRatio(table, name)).ToArray();
            return (string[])
            [
                name, Markdown.Ratio(Estimate.MeanOf(ratios)),
                    Markdown.Decimals(Estimate.Deviation([.. ratios.Select(r => r.Mean)])),
                    .. ratios.Select(Markdown.Ratio),
                Figures.Number(result.Tables.Average(table => result.Seconds[table][name].Average())),
            ];
        }));
        text.Append("\nMeans and their standard errors over splits and seeds:\n\n");
        Markdown.Table(
            text, ["variant", .. result.Tables.Select(t => $"{t.Name}, {Outcome.Measure(t.Task)}")],
            result.Names.Select(name => (string[])
            [name, .. result.Tables.Select(
                t => Markdown.Text(Estimate.Of([.. result.Errors[t][name].Select(e => Outcome.Shown(t.Task, e))])))]));
        return text.ToString();
    }
}
