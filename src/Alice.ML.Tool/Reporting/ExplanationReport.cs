using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Shell;
using Spectre.Console;
using Table = Spectre.Console.Table;

namespace Alice.ML.Tool.Reporting;

/// <summary>The explanation of one row.</summary>
/// <param name="Number">Number of the row, from 1.</param>
/// <param name="Score">Name of the explained score, such as 'log-odds of yes'.</param>
/// <param name="Values">The fields of the row.</param>
/// <param name="Explanation">Base, score and contributions.</param>
internal sealed record ExplainedRow(int Number, string Score, IReadOnlyList<string> Values, Explanation Explanation);

/// <summary>Prints and draws contributions.</summary>
/// <param name="Columns">The columns that the model uses.</param>
/// <param name="Rows">The explained rows.</param>
internal sealed record ExplanationReport(IReadOnlyList<string> Columns, IReadOnlyList<ExplainedRow> Rows)
{
    /// <summary>Prints one row. The largest contribution comes first.</summary>
    public void Write(Terminal terminal, ExplainedRow row)
    {
        var (start, score, _) = row.Explanation;
        terminal.Out.WriteLine($"row {row.Number}: {row.Score} {score:G5}, of which {start:G5} is the base");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("column").AddColumn("value")
            .AddColumn("contribution", c => c.RightAligned());
        foreach (var column in Ordered(row))
            table.AddRow(Markup.Escape(Columns[column]), Markup.Escape(row.Values[column]),
                $"{row.Explanation.Contributions[column]:+0.####;-0.####;0}");
        terminal.OutConsole.Write(table);
    }

    /// <summary>Prints the mean absolute contributions.</summary>
    public void WriteSummary(Terminal terminal)
    {
        terminal.Out.WriteLine($"mean |contribution| of {Rows.Count} rows:");
        var table = new Table().Border(TableBorder.Rounded).AddColumn("column")
            .AddColumn("mean |contribution|", c => c.RightAligned());
        foreach (var bar in Means())
            table.AddRow(Markup.Escape(bar.Name), $"{bar.Value:G4}");
        terminal.OutConsole.Write(table);
    }

    /// <summary>Draws one row.</summary>
    public BarChart Draw(ExplainedRow row) => new(
        $"Row {row.Number}: {row.Score} {row.Explanation.Score:G5}, base {row.Explanation.Base:G5}",
        $"contribution to {row.Score}",
        [.. Ordered(row).Select(column => new NamedBar(
            $"{Columns[column]} = {row.Values[column]}", row.Explanation.Contributions[column]))]);

    /// <summary>Draws the mean absolute contributions.</summary>
    public BarChart DrawSummary(string title) =>
        new(title, $"mean |contribution| of {Rows.Count} rows", [.. Means()]);

    /// <summary>Writes one line per row: number, explained score, its value, base, contributions.</summary>
    public void Save(Stream stream) => CsvFile.Write(stream, ["row", "explained", "score", "base", .. Columns],
        Rows.Select(row => (IReadOnlyList<object>)[
            row.Number, row.Score, row.Explanation.Score, row.Explanation.Base,
            .. row.Explanation.Contributions.Select(c => (object)c)]));

    /// <summary>Mean absolute contribution of each column, in descending order.</summary>
    public IEnumerable<NamedBar> Means() => Columns
        .Select((name, column) => new NamedBar(
            name, Rows.Average(row => Math.Abs((double)row.Explanation.Contributions[column]))))
        .OrderByDescending(bar => bar.Value);

    private IEnumerable<int> Ordered(ExplainedRow row) => Enumerable.Range(0, Columns.Count)
        .OrderByDescending(column => Math.Abs(row.Explanation.Contributions[column]));
}
