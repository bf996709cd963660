using Alice.ML.Tool.Data;

namespace Alice.ML.Tool.Report;

/// <summary>Partial dependence on the most important factors.</summary>
internal static class DependenceSection
{
    private const int Factors = 6;
    private const int MostClasses = 4;

    public static void Add(Subject subject, Html page)
    {
        int[] outputs = subject.Kind == TaskKind.Multiclass ? CommonClasses(subject) : [0];
        var quantity = subject.Kind == TaskKind.Regression ? subject.Label + subject.Unit
            : subject.Kind == TaskKind.Binary ? $"probability of {subject.Classes[1]}" : "probability";
        page.Section("dependence", "How predictions depend on columns",
            $"The mean prediction ({quantity}) when a column has one value in every row and the others keep their " +
            "values. " + (subject.Members.Count > 1
                ? $"The band is the range of the {subject.Members.Count} single networks." : "")
            + " For correlated columns this makes rows that do not occur: read such curves with care.");
        page.Figures(subject.Importances.Where(i => i.Increase > 0).Take(Factors)
            .Select(i => Draw(subject, PartialDependence.Measure(subject, i.Column, outputs), outputs, quantity)));
    }

    private static int[] CommonClasses(Subject subject) => [.. Enumerable.Range(0, subject.Classes.Count)
        .OrderByDescending(c => subject.Labels.Count(l => l == c)).Take(MostClasses).Order()];

    private static Figure Draw(Subject subject, PartialDependence found, int[] outputs, string quantity)
    {
        var about = $"{quantity} against {found.Factor.Name}";
        var lines = Enumerable.Range(0, outputs.Length);
        var svg = found.Numbers is { Length: > 1 } x
            ? Picture.Draw(about, found.Factor.Name, quantity, picture =>
            {
                foreach (var o in lines)
                {
                    picture.Band(x, found.Low[o], found.High[o], o);
                    picture.Line(x, found.Mean[o], o);
                }
            })
            : Picture.Draw(about, quantity, "", picture =>
            {
                foreach (var o in lines)
                    picture.Dots(found.Names, found.Mean[o], found.Low[o], found.High[o], o);
            }, found.Names.Count);
        return new Figure(found.Factor.Name, svg,
            outputs.Length > 1 ? [.. outputs.Select((c, i) => (i, subject.Classes[c]))] : [], "");
    }
}
