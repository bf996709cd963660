using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Tool.Modelling;

namespace Alice.ML.Benchmarks.Pages;

/// <summary>Tables of docs/landscape.md on pruned networks.</summary>
internal static class PruningFigures
{
    private static readonly double[] _sharesOfRounds = [0.5, 0.7];

    /// <summary>A table for each network: the metric by order, and what was predicted.</summary>
    public static string Errors(IReadOnlyList<PrunedNetwork> networks)
    {
        var text = new StringBuilder();
        foreach (var network in networks)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\nTest {Metric(network)} of {network.Table}, and the loss on the rows that chose the weights:\n\n");
            Markdown.Table(text,
                ["removed", .. PruningCurve.Orders.Select(order => order.Name), "loss predicted", "loss measured"],
                network.Once.GroupBy(m => m.Share).Select(row => (string[])
                [
                    Percent(row.Key), .. row.Select(m => Figures.Digits(m.Metric.Value)),
                    Figures.Digits(row.First().Pruned.PredictedLoss), Figures.Digits(row.First().Pruned.MeasuredLoss),
                ]));
        }
        return text.ToString();
    }

    /// <summary>The metric by predicted loss, in one round and in several.</summary>
    public static string Rounds(IReadOnlyList<PrunedNetwork> networks)
    {
        var text = new StringBuilder();
        Markdown.Table(text, ["", "removed", "1 round", $"{networks[0].Rounds} rounds"],
            from network in networks
            from share in _sharesOfRounds
            select (string[])
            [
                $"{network.Table}, test {Metric(network)}", Percent(share), Figures.Digits(At(network.Once, share)),
                Figures.Digits(At(network.InRounds, share)),
            ]);
        return text.ToString();
    }

    private static double At(IReadOnlyList<PrunedModel> models, double share) =>
        models.First(m => m.Order == PruningCurve.ByPredictedLoss && m.Share == share).Metric.Value;

    private static string Metric(PrunedNetwork network) =>
        network.Once[0].Metric.Name + (network.Unit == "" ? "" : $" in {network.Unit}");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");
}
