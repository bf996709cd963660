using Alice.ML.Tool.Reporting;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Report;

/// <summary>The table: rows, columns, and what was left out.</summary>
internal static class TableSection
{
    private const int Most = 60;
    private const int FrequentValues = 3;

    public static void Add(Subject subject, Html page)
    {
        page.Section("table", "The table");
        var training = subject.Options.TrainingData?.GetRowCount() ?? subject.Summary?.TrainingRows;
        page.Paragraph((training is { } rows ? $"The model was trained on {Show.Of(rows, "row")}. " : "") +
            $"It was tested on {Show.Of(subject.RowCount, "row")}. Features: " +
            $"{Show.Of(subject.Factors.Count, "column")}. Label: {subject.Label}.");
        if (subject.Options.Remarks.Count > 0)
        {
            page.Heading("What was left out or decided");
            page.List(subject.Options.Remarks);
        }
        page.Heading("Columns");
        page.Table("Columns", ["column", "holds", "missing", "values"], subject.Factors.Take(Most).Select(f =>
            Describe(subject.Sample, f)), texts: 2);
        page.Paragraph($"As found in {Show.Of(subject.Sample.Count, "test row")}." +
            (subject.Factors.Count > Most ? $" The first {Most} of {subject.Factors.Count} columns." : ""), "note");
    }

    private static IReadOnlyList<Cell> Describe(RowsInMemory rows, Factor factor)
    {
        if (factor.Numbers(rows) is { } numbers)
        {
            double[] known = [.. numbers.Where(double.IsFinite).Order()];
            return [factor.Name, "numbers", Show.Share(1 - known.Length / (double)numbers.Length),
                known.Length == 0 ? "none" : $"{Show.Number(known[0])} to {Show.Number(known[^1])}, median " +
                    Show.Number(known[known.Length / 2])];
        }
        if (rows.Schema[factor.Column].Type is VectorDataViewType vector)
            return [factor.Name, $"vectors of {vector.ItemType}", "", $"{vector.Size} each"];
        var text = Categories.Of(rows, factor.Column);
        var counts = Enumerable.Range(0, rows.Count).Select(text).CountBy(t => t).OrderByDescending(c => c.Value)
            .ThenBy(c => c.Key, StringComparer.Ordinal).ToArray();
        var missing = counts.FirstOrDefault(c => c.Key == "missing").Value;
        var frequent = string.Join(", ", counts.Where(c => c.Key != "missing").Take(FrequentValues)
            .Select(c => c.Key));
        return [factor.Name, "categories", Show.Share(missing / (double)rows.Count),
            $"{frequent}{(counts.Length > FrequentValues ? $" and {counts.Length - FrequentValues} more" : "")}"];
    }
}
