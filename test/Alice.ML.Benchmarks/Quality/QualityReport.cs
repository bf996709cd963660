using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Samples.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>The report of 'quality' as a page of Markdown.</summary>
internal static class QualityReport
{
    public static string Write(
        IEnumerable<(string Name, string Value)> machine, IReadOnlyList<Contestant> contestants, IReadOnlyList<TableResult> results,
        string command)
    {
        var rivals = contestants.Where(c => c != Contestant.Alice).ToList();
        var text = new StringBuilder("# Quality of predictions\n\n");
        text.Append($"Written by `dotnet run -c Release --project test/Alice.ML.Benchmarks -- {command}`: not to be edited.\n\n");
        text.Append(string.Join("; ", machine.Select(m => $"{m.Name}: {m.Value}"))).Append(".\n\n");
        text.Append("""
            Every contestant gets the same rows and features: texts one-hot encoded (those of many values target encoded), missing numbers replaced by the mean with an indicator beside
            them, all decided by the training rows. Alice, LightGBM, FastTree and SDCA have their default options (SDCA its features normalised by
            mean and variance; FastTree one model against the others for each of several classes). The Adam network is written by hand with
            TorchSharp: Adam at 3e-3, β .95/.995, half a cosine to 1%, with the layers, inputs, number of networks, epochs, batch size, dropout
            and weight decay that Alice's fit of the same rows had. What Alice chose by trials it gets for nothing: its seconds are of the last fit alone.

            Figures are means ± one standard error over the runs: splits, or the seeds of the trainers where the split is fixed (a method that
            draws nothing then has no spread).


            """.ReplaceLineEndings("\n"));

        text.Append("## Test error\n\nRMSE: lower is better; AUC (two classes) and accuracy (several): higher.\n\n");
        Table(text, ["table", "rows", "columns", "measure", "splits", "runs", .. contestants.Select(c => c.Name)], results.Select(r => (string[])
        [
            .. Head(r), Outcome.Measure(r.Table.Task), r.Table.Splitting, r.Table.Splits.Count.ToString(CultureInfo.InvariantCulture),
            .. contestants.Select(c => Text(Headline(r, c))),
        ]));

        if (rivals.Count > 0)
        {
            text.Append("\n## Alice against each\n\nA tie: the means differ by no more than one standard error of the paired differences. "
                + "A single run has none: there the lower error wins.\n\n");
            Table(text, ["against", "wins", "ties", "losses"], rivals.Select(rival => (string[])
                [rival.Name, .. Enum.GetValues<Verdict>().Select(v => results.Count(r => r.Verdict(rival) == v).ToString(CultureInfo.InvariantCulture))]));
            text.Append("\nAlice's error (RMSE, 1 − AUC, 1 − accuracy) less the other's:\n\n");
            Table(text, ["table", .. rivals.Select(c => c.Name)], results.Select(r => (string[])
                [r.Table.Name, .. rivals.Select(c => $"{Text(r.Difference(c), signed: true)} {r.Verdict(c).ToString().ToLowerInvariant()}")]));
        }

        var classified = results.Where(r => r.Table.Task != TaskKind.Regression).ToList();
        if (classified.Count > 0)
        {
            text.Append("\n## Classification\n\nBrier score: mean squared error of the probabilities, summed over several classes.\n\n");
            Table(text, ["table", "contestant", "AUC", "accuracy", "log-loss", "Brier score"], classified.SelectMany(r => contestants.Select(c => (string[])
            [
                r.Table.Name, c.Name, Text(r.Mean(c, o => o.Auc)), Text(r.Mean(c, o => o.Accuracy)), Text(r.Mean(c, o => o.LogLoss)),
                Text(r.Mean(c, o => o.Brier)),
            ])));
        }

        var numbers = results.Where(r => r.Uncertainties.Count > 0).ToList();
        if (numbers.Count > 0)
        {
            text.Append("\n## Quantiles and deviation\n\nAlice with default options, `Quantiles = [0.05, 0.5, 0.95]` and `AddScoreStandardDeviation`: "
                + "the share of test labels below each quantile and between the outer two (0.90 if they were right), the mean distance of the outer "
                + "two in standard deviations of the labels; the RMSE over the root mean square of the deviation; and the RMSE of the "
                + "thirds of the rows with the smallest and the largest deviation, over that of all rows.\n\n");
            Table(text, ["table", .. Uncertainty.Levels.Select(l => $"below {l.ToString(CultureInfo.InvariantCulture)}"), "inside", "width", "RMSE", "RMSE / deviation",
                "surest third", "least sure third"], numbers.Select(r => (string[])
            [
                r.Table.Name, .. Uncertainty.Levels.Select((_, level) => Of(r, u => u.Below[level])), Of(r, u => u.Inside), Of(r, u => u.Width),
                Of(r, u => u.Error), Of(r, u => u.ErrorPerDeviation), Of(r, u => u.SureThird), Of(r, u => u.UnsureThird),
            ]));
        }

        text.Append("\n## Seconds to train\n\nMean over the runs, on all cores.\n\n");
        Times(text, contestants, results, o => o.SecondsToTrain);
        text.Append("\n## Microseconds to score one row\n\nOne row at a time: through a PredictionEngine around the model alone, and through torch for "
            + "the Adam network.\n\n");
        Times(text, contestants, results, o => o.MicrosecondsToScore);
        return text.ToString();
    }

    /// <summary>A table of Markdown.</summary>
    public static void Table(StringBuilder text, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        foreach (var row in rows.Prepend([.. headings.Select(_ => "---")]).Prepend(headings))
            text.Append($"| {string.Join(" | ", row)} |\n");
    }

    /// <summary>Four digits, and as many decimals of the standard error.</summary>
    public static string Text(Estimate estimate, bool signed = false)
    {
        if (double.IsNaN(estimate.Mean))
            return "–";
        var size = Math.Max(Math.Abs(estimate.Mean), signed ? estimate.StandardError : 0);
        var decimals = size > 0 ? Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 6) : 4;
        var format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        var mean = estimate.Mean.ToString(format, CultureInfo.InvariantCulture);
        return (signed && estimate.Mean > 0 ? "+" : "") + mean
            + (double.IsNaN(estimate.StandardError) ? "" : " ± " + estimate.StandardError.ToString(format, CultureInfo.InvariantCulture));
    }

    private static string Of(TableResult result, Func<Uncertainty, double> figure) =>
        Text(Estimate.Of([.. result.Uncertainties.Select(figure)]));

    private static Estimate Headline(TableResult result, Contestant contestant) =>
        result.Mean(contestant, o => Outcome.Shown(result.Table.Task, o.Error));

    private static string[] Head(TableResult result) =>
        [result.Table.Name, result.Table.Rows.ToString("N0", CultureInfo.InvariantCulture), result.Table.Columns.ToString(CultureInfo.InvariantCulture)];

    private static void Times(
        StringBuilder text, IReadOnlyList<Contestant> contestants, IReadOnlyList<TableResult> results, Func<Outcome, double> time) =>
        Table(text, ["table", .. contestants.Select(c => c.Name)], results.Select(r => (string[])
            [r.Table.Name, .. contestants.Select(c => Figures.Number(r.Mean(c, time).Mean))]));
}
