using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Tool.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>The report of 'quality' as a page of Markdown.</summary>
internal static class QualityReport
{
    public static string Write(
        IEnumerable<(string Name, string Value)> machine, IReadOnlyList<Contestant> contestants,
        IReadOnlyList<TableResult> results,
        string command, string picture)
    {
        var rivals = contestants.Where(c => c != Contestant.Default).ToList();
        var text = new StringBuilder("# Quality of predictions\n\n");
        text.Append(
            $"Written by `dotnet run -c Release --project test/Alice.ML.Benchmarks -- {command}`: "
            + "not to be edited.\n\n");
        text.Append(string.Join("; ", machine.Select(m => $"{m.Name}: {m.Value}"))).Append(".\n\n");
        text.Append("""
            Every contestant gets the same rows and features: texts one-hot encoded (those of many values target
            encoded), all decided by the training rows. Missing numbers are left to the trainers; for SDCA, which takes
            none, the mean stands for them. Alice, LightGBM, FastTree and SDCA have their default options (SDCA its
            features normalized by mean and variance; FastTree one model against the others for each of several
            classes). The Adam network is written by hand with TorchSharp: Adam at 3e-3, β .95/.995, half a cosine to
            1%, with the layers, inputs, number of networks, epochs, batch size, dropout and weight decay that Alice's
            fit of the same rows had. What Alice's race of plans chose (docs/settings.md) it gets for nothing: its
            seconds are those of training the chosen networks alone. Quick and best: `Effort` of Alice. A quarter and
            ten times: `MaximumTrainingTime`, as shares of the seconds of Alice's default fit of the same rows.

            LightGBM tuned for Alice's seconds: a random search over leaves, learning rate, iterations, rows per leaf,
            L1 and L2, shares of features and rows, and where there are categories splits by sets of them and their
            smoothing. Each setting is judged on a fifth of the training rows, held out (of each class alike); the
            default is the first. The search ends when the next try would take longer than Alice's fit of the same rows
            took; then the best setting is fitted to all training rows. Its seconds are of the search and this fit. It
            may use as many threads as Alice. How many settings it tries depends on the machine and on what else runs
            there.

            Figures are means ± one standard error over the runs: splits, or the seeds of the trainers where the split
            is fixed (a method that draws nothing then has no spread).

            """.ReplaceLineEndings("\n"));

        if (rivals.Count > 0)
            SummarySection.Write(text, rivals, results);

        text.Append("\n## Test error\n\nRMSE: lower is better; AUC (two classes) and accuracy (several): higher.\n\n");
        Markdown.Table(
            text, ["table", "rows", "columns", "measure", "splits", "runs", .. contestants.Select(c => c.Name)],
            results.Select(r => (string[])
        [
            .. Head(r), Outcome.Measure(r.Table.Task), r.Table.Splitting,
                r.Table.Splits.Count.ToString(CultureInfo.InvariantCulture),
            .. contestants.Select(c => Markdown.Text(Headline(r, c))),
        ]));

        if (rivals.Count > 0)
        {
            text.Append("\n## Alice against each\n\nAlice's error (RMSE, 1 − AUC, 1 − accuracy) less the other's:\n\n");
            Markdown.Table(text, ["table", .. rivals.Select(c => c.Name)], results.Select(r => (string[])
                [r.Table.Name, .. rivals.Select(c => $"{Markdown.Text(r.Difference(c), signed: true)} "
                    + $"{r.Verdict(c).ToString().ToLowerInvariant()}")]));
        }

        var classified = results.Where(r => r.Table.Task != TaskKind.Regression).ToList();
        if (classified.Count > 0)
        {
            text.Append("\n## Classification\n\nBrier score: mean squared error of the probabilities, summed over "
                + "several classes. ECE: expected calibration error of the probability of true (two classes) or of the "
                + "likeliest class, with 15 bins of equal width. By chance: what the ECE would be, about, on so few "
                + "rows if the probabilities were right.\n\n");
            Func<Outcome, double>[] figures =
                [o => o.Auc, o => o.Accuracy, o => o.LogLoss, o => o.Brier, o => o.CalibrationError,
                    o => o.CalibrationErrorByChance];
            Markdown.Table(
                text, ["table", "contestant", "AUC", "accuracy", "log-loss", "Brier score", "ECE", "by chance"],
                classified.SelectMany(r => contestants.Select(c => (string[])
                    [r.Table.Name, c.Name, .. figures.Select(figure => Markdown.Text(r.Mean(c, figure)))])));
        }

        var numbers = results.Where(r => r.Uncertainties.Count > 0).ToList();
        if (numbers.Count > 0)
        {
            text.Append("\n## Quantiles and deviation\n\nAlice with default options, `Quantiles = [0.05, 0.5, 0.95]` "
                + "and `AddScoreStandardDeviation`: the share of test labels below each quantile and between the outer "
                + "two (0.90 if they were right), the mean distance of the outer two in standard deviations of the "
                + "labels; the RMSE over the root mean square of the deviation; and the RMSE of the thirds of the "
                + "rows with the smallest and the largest deviation, over that of all rows.\n\n");
            Markdown.Table(
                text, ["table", .. Uncertainty.Levels.Select(l => $"below {l.ToString(CultureInfo.InvariantCulture)}"),
                    "inside", "width", "RMSE", "RMSE / deviation",
                "surest third", "least sure third"], numbers.Select(r => (string[])
            [
                r.Table.Name, .. Uncertainty.Levels.Select((_, level) => Of(r, u => u.Below[level])),
                    Of(r, u => u.Inside), Of(r, u => u.Width),
                Of(r, u => u.Error), Of(r, u => u.ErrorPerDeviation), Of(r, u => u.SureThird),
                Of(r, u => u.UnsureThird),
            ]));
        }

        EstimateSection.Write(text, [.. results.Select(r => (r.Table.Name, r.Expectations))]);
        TimeSection.Write(text, contestants, results, picture);
        text.Append("\n## Seconds to train\n\nMean over the runs, on all cores.\n\n");
        Times(text, contestants, results, o => o.SecondsToTrain);
        text.Append("\n## Microseconds to score one row\n\nOne row at a time: through a PredictionEngine around the "
            + "model alone, and through torch for the Adam network.\n\n");
        Times(text, contestants, results, o => o.MicrosecondsToScore);
        return text.ToString();
    }

    private static string Of(TableResult result, Func<Uncertainty, double> figure) =>
        Markdown.Text(Estimate.Of([.. result.Uncertainties.Select(figure)]));

    private static Estimate Headline(TableResult result, Contestant contestant) =>
        result.Mean(contestant, o => Outcome.Shown(result.Table.Task, o.Error));

    private static string[] Head(TableResult result) =>
        [result.Table.Name, result.Table.Rows.ToString("N0", CultureInfo.InvariantCulture),
            result.Table.Columns.ToString(CultureInfo.InvariantCulture)];

    private static void Times(
        StringBuilder text, IReadOnlyList<Contestant> contestants, IReadOnlyList<TableResult> results,
        Func<Outcome, double> time) =>
            Markdown.Table(text, ["table", .. contestants.Select(c => c.Name)], results.Select(r => (string[])
            [r.Table.Name, .. contestants.Select(c => Figures.Number(r.Mean(c, time).Mean))]));
}
