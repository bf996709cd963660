using Alice.ML.Tool.Data;
using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Report;

/// <summary>The rows with the largest loss.</summary>
internal static class WorstRowsSection
{
    private const int Most = 20;
    private const int Columns = 8;

    public static void Add(Subject subject, Html page)
    {
        var loss = RowLoss.Of(subject);
        int[] worst = [.. Enumerable.Range(0, subject.Labels.Length)
            .OrderByDescending(i => loss.OfRow(subject.Labels[i], subject.Outputs[i])).Take(Most)];
        page.Section("worst", $"The {worst.Length} worst rows",
            "The test rows with the largest loss, with the most important columns. They show errors in " +
            "the data as often as errors of the model.");
        int[] inOrder = [.. worst.Select(i => subject.Rows[i]).Order()];
        var rows = RowsInMemory.Read(subject.Data, inOrder.ToHashSet());
        // Factors refer to columns by index. Both views leave out the hidden columns, so indices agree.
        Factor[] factors = [.. subject.Importances.Take(Columns).Select(i => i.Column)];
        page.Table("Worst rows",
            ["row", .. subject.IsNumber ? new[] { "measured", "predicted", "error" }
                : ["class", "predicted", "probability of its class"], .. factors.Select(f => f.Name)],
            worst.Select(i =>
            {
                var place = Array.IndexOf(inOrder, subject.Rows[i]);
                return (IReadOnlyList<Cell>)[Show.Count(subject.Rows[i] + 1), .. Outcome(subject, i),
                    .. factors.Select(f => (Cell)f.Text(rows, place))];
            }), texts: subject.IsNumber ? 0 : 3);
        page.Paragraph("Rows are counted from 1 among the test rows.", "note");
    }

    private static Cell[] Outcome(Subject subject, int i)
    {
        var (label, outputs) = (subject.Labels[i], subject.Outputs[i]);
        if (subject.IsNumber)
            return [Show.Number(label), Show.Number(outputs[0]), Show.Number((double)label - outputs[0])];
        var isBinary = subject.Kind == TaskKind.Binary;
        var guess = isBinary ? outputs[0] > 0.5f ? 1 : 0 : Array.IndexOf(outputs, outputs.Max());
        var own = label < 0 ? 0 : isBinary ? label > 0 ? outputs[0] : 1.0 - outputs[0] : outputs[(int)label];
        return [label < 0 ? "unknown" : subject.Classes[(int)label], subject.Classes[guess], Show.Number(own)];
    }
}
