using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Report;

/// <summary>Permutation importance with error bars.</summary>
internal static class ImportanceSection
{
    private const int Most = 20;

    public static void Add(Subject subject, Html page)
    {
        var all = subject.Importances;
        var shown = all.Take(Most).ToArray();
        var loss = RowLoss.Of(subject).Name;
        page.Section("importance", "Which columns matter",
            $"How much the {loss} grows when a column's values are shuffled among " +
            $"{Show.Of(FactorImportance.RowsOf(subject), "test row")}. Bars are means of " +
            $"{FactorImportance.Permutations} shuffles, thin lines two standard errors. " +
            "Columns with the same information share their importance: shuffling one leaves the other.");
        if (shown.Length == 0)
            return;
        page.Figures([new Figure($"Growth of the {loss}",
            Picture.Draw($"Bars of importance: {shown[0].Column.Name} matters most", loss, "", picture => picture.Bars(
                [.. shown.Select(i => i.Column.Name)], [.. shown.Select(i => i.Increase)],
                [.. shown.Select(i => 2 * i.StandardError)]), shown.Length), [],
            all.Count > Most ? $"The first {Most} of {all.Count}." : "")]);
    }
}
