using System.Text;
using Alice.ML.Tool.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Alice against each rival, over all tables.</summary>
internal static class SummarySection
{
    // Its error is several times that of the trees or a fraction of it, so it may decide the mean of all.
    private const string Apart = "diamonds";

    public static void Write(StringBuilder text, IReadOnlyList<Contestant> rivals, IReadOnlyList<TableResult> results)
    {
        var regression = results.Where(r => r.Table.Task == TaskKind.Regression).ToList();
        var classification = results.Where(r => r.Table.Task != TaskKind.Regression).ToList();
        List<(string Name, IReadOnlyList<TableResult> Tables, Func<Outcome, double> Figure)> means =
        [
            ("regression", regression, o => o.Error),
            ($"regression without {Apart}", [.. regression.Where(r => r.Table.Name != Apart)], o => o.Error),
            ("classification", classification, o => o.Error),
            ("log-loss", classification, o => o.LogLoss),
        ];
        if (regression.All(r => r.Table.Name != Apart))
            means.RemoveAt(1);
        means.RemoveAll(mean => mean.Tables.Count == 0);

        text.Append("\n## Summary\n\nTables that Alice wins and loses. A tie: the means differ by no more than one "
            + "standard error of the paired differences. A single run has none: there the lower error wins. Then "
            + "geometric means over the tables of Alice's error over the rival's (RMSE; 1 − AUC or 1 − accuracy; "
            + "log-loss), ± one standard error: below 1 Alice is better. Tables on which one of the two makes no "
            + "error have no ratio: they are left out and counted.\n\n");
        Markdown.Table(text, ["against", "wins", "ties", "losses", .. means.Select(mean => mean.Name)],
            rivals.Select(rival => (string[])
        [
            rival.Name, .. Enum.GetValues<Verdict>()
                .Select(v => Markdown.Count(results.Count(r => r.Verdict(rival) == v))),
            .. means.Select(mean => Markdown.MeanRatio(
                mean.Tables.Select(r => r.LogRatio(Contestant.Default, rival, mean.Figure)))),
        ]));
    }
}
