using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Shell;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Alice.ML.Tool.Reporting;

/// <summary>Prints, draws and saves pruned models.</summary>
internal static class PruneReport
{
    private const string Picture = ".png";
    private const string Numbers = ".csv";

    /// <summary>Suffixes of the written files.</summary>
    public static IReadOnlyList<string> Suffixes { get; } = [Picture, Numbers];

    /// <summary>Prints a row for each share.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<PrunedModel> models)
    {
        var metric = models[0].Metric.Name;
        var table = new Table().Border(TableBorder.Rounded).AddColumn("removed", c => c.RightAligned());
        foreach (var (name, _) in PruningCurve.Orders)
            table.AddColumn($"test {metric}, {name}", c => c.RightAligned());
        table.AddColumn("loss predicted", c => c.RightAligned()).AddColumn("loss measured", c => c.RightAligned());
        foreach (var row in models.GroupBy(m => m.Share))
        {
            var first = row.First().Pruned;
            table.AddRow(
                [$"{100 * row.Key:F0} %", .. row.Select(m => $"{m.Metric.Value:G4}"), $"{first.PredictedLoss:G4}",
                $"{first.MeasuredLoss:G4}"]);
        }
        terminal.OutConsole.Write(table);
        terminal.Out.WriteLine(
            "The losses are those of the weights removed by predicted loss, on the rows that chose them.");
    }

    /// <summary>Writes the picture and the table.</summary>
    public static void Save(OutputFiles files, string prefix, string file, IReadOnlyList<PrunedModel> models)
    {
        files.Write(prefix + Picture, Draw(file, models).Save);
        files.Write(prefix + Numbers, stream => CsvFile.Write(stream,
            ["order", "removed", models[0].Metric.Name, "loss", "predicted loss", "measured loss"],
            models.Select(m => (IReadOnlyList<object>)[m.Order, m.Share, m.Metric.Value, m.Pruned.Loss,
                m.Pruned.PredictedLoss, m.Pruned.MeasuredLoss])));
    }

    /// <summary>The main metric against the removed share.</summary>
    /// <param name="title">Name of the data.</param>
    /// <param name="models">The models.</param>
    /// <param name="unit">Unit of the metric. "" if it is unknown or the metric has none.</param>
    public static Chart Draw(string title, IReadOnlyList<PrunedModel> models, string unit = "")
    {
        var metric = models[0].Metric.Name;
        return new Chart($"Removing weights: {title}", "share of the weights removed",
            unit == "" ? $"test {metric}" : $"test {metric}, {unit}",
            [.. PruningCurve.Orders.Select((order, i) => new Series(order.Name, PruningCurve.Shares,
                [.. models.Where(m => m.Order == order.Name).Select(m => m.Metric.Value)], SeriesKind.Line, i))])
        {
            HasLogY = metric == "RMSE",
        };
    }
}
