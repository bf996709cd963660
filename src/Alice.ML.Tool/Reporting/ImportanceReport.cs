using System.Text.Json.Nodes;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Shell;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Alice.ML.Tool.Reporting;

/// <summary>Prints and draws permutation importance.</summary>
internal static class ImportanceReport
{
    /// <summary>Prints one line per column.</summary>
    public static void Write(Terminal terminal, ColumnImportances importance)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("column")
            .AddColumn($"increase of {importance.Metric.Name}", c => c.RightAligned())
            .AddColumn("standard error", c => c.RightAligned());
        foreach (var (column, increase, error) in importance.Columns)
            table.AddRow(Markup.Escape(column), $"{increase:G4}", $"{error:G2}");
        terminal.OutConsole.Write(table);
    }

    /// <summary>The importance as JSON. The most important column comes first.</summary>
    public static JsonArray ToJson(ColumnImportances importance) =>
        [.. importance.Columns.Select(column => new JsonObject
        {
            ["column"] = column.Column,
            ["increase"] = column.Increase,
            ["standardError"] = column.StandardError,
        })];

    /// <summary>Draws bars with error bars of two standard errors.</summary>
    public static BarChart Draw(ColumnImportances importance, string label) => new(
        $"Importance for {label}",
        $"increase of {importance.Metric.Name} from {importance.Metric.Value:G4} when a column is shuffled, "
            + "± 2 standard errors",
        [.. importance.Columns.Select(c => new NamedBar(c.Column, c.Increase, 2 * c.StandardError))]);
}
