using Alice.ML.Tool.Data;
using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Report;

/// <summary>Classification: reliability, ROC and precision-recall curves with thresholds, confusion matrix.</summary>
internal static class ClassSection
{
    private const int MostCurves = 6;
    private const int LargestMatrix = 30;
    private const int Confusions = 20;
    private static readonly double[] _thresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    public static void Add(Subject subject, Html page)
    {
        if (subject.IsNumber)
            return;
        page.Section("predictions", "Predicted against true classes");
        var curves = Curves(subject);
        page.Figures([Reliability(subject), Roc(curves), PrecisionRecall(curves)]);
        AddConfusion(subject, page);
        if (subject.Kind == TaskKind.Binary)
            AddThresholds(subject, page);
    }

    private sealed record ClassCurve(string Name, IReadOnlyList<ClassFigures.Operating> Points, double Share);

    private static double[] Probabilities(Subject subject, int chosen) => subject.Kind == TaskKind.Binary
        ? [.. subject.Outputs.Select(o => (double)o[0])] : [.. subject.Outputs.Select(o => (double)o[chosen])];

    private static bool[] Is(Subject subject, int chosen) => [.. subject.Labels.Select(l => l == chosen)];

    private static int Predicted(Subject subject, float[] outputs) => subject.Kind == TaskKind.Binary
        ? outputs[0] > 0.5f ? 1 : 0 : Array.IndexOf(outputs, outputs.Max());

    private static ClassCurve[] Curves(Subject subject)
    {
        int[] classes = subject.Kind == TaskKind.Binary ? [1]
            : [.. Enumerable.Range(0, subject.Classes.Count)
                .OrderByDescending(c => subject.Labels.Count(l => l == c)).Take(MostCurves).Order()];
        // A curve needs rows of the class and others.
        return [.. classes.Where(c => Is(subject, c).Distinct().Count() == 2).Select(c => new ClassCurve(
            subject.Classes[c], ClassFigures.Curve(Is(subject, c), Probabilities(subject, c)),
            Is(subject, c).Average(i => i ? 1.0 : 0.0)))];
    }

    private static Figure Reliability(Subject subject)
    {
        var isBinary = subject.Kind == TaskKind.Binary;
        double[] p = isBinary ? Probabilities(subject, 1) : [.. subject.Outputs.Select(o => (double)o.Max())];
        bool[] hit = isBinary ? Is(subject, 1)
            : [.. subject.Labels.Select((l, i) => l == Predicted(subject, subject.Outputs[i]))];
        var bins = ClassFigures.Reliability(hit, p);
        double[] x = [.. bins.Select(b => b.Predicted)], y = [.. bins.Select(b => b.Share)];
        return new Figure("Reliability", Picture.Draw("Share of rows against predicted probability",
            isBinary ? $"probability of {subject.Classes[1]}" : "highest probability",
            isBinary ? $"share that is {subject.Classes[1]}" : "share that is right", picture =>
            {
                picture.Reference([0, 1], [0, 1]);
                picture.Errors(x, y, [.. bins.Select(b => Math.Max(0, b.Share - 2 * b.StandardError))],
                    [.. bins.Select(b => Math.Min(1, b.Share + 2 * b.StandardError))], 0);
                picture.Limits(-0.02, 1.02, -0.02, 1.02);
            }), [(PageStyle.ReferenceIndex, "perfect calibration")],
            "Ten groups of equal size. Bars are two standard errors.");
    }

    private static Figure Roc(ClassCurve[] curves) => new("ROC", Picture.Draw(
        "True against false alarms", "share of other rows flagged", "share of the class flagged", picture =>
        {
            picture.Reference([0, 1], [0, 1]);
            foreach (var (i, curve) in curves.Index())
                picture.Line(Thin(curve, o => o.FalseAlarms), Thin(curve, o => o.Recall), i);
            picture.Limits(-0.02, 1.02, -0.02, 1.02);
        }), Legend(curves), string.Join("; ", curves.Select(c =>
            $"{c.Name}: area {Show.Number(ClassFigures.Area(c.Points))}")));

    private static Figure PrecisionRecall(ClassCurve[] curves) => new("Precision and recall", Picture.Draw(
        "Precision against recall", "recall", "precision", picture =>
        {
            foreach (var (i, curve) in curves.Index())
                picture.Line(Thin(curve, o => o.Recall), Thin(curve, o => o.Precision), i);
            if (curves.Length == 1)
                picture.Reference([0, 1], [curves[0].Share, curves[0].Share]);
            picture.Limits(-0.02, 1.02, -0.02, 1.02);
        }), Legend(curves), curves.Length == 1 ? "Dashed: flagging rows at random." : "");

    private static IReadOnlyList<(int, string)> Legend(ClassCurve[] curves) =>
        curves.Length == 1 ? [] : [.. curves.Select((c, i) => (i, c.Name))];

    private static double[] Thin(ClassCurve curve, Func<ClassFigures.Operating, double> value)
    {
        const int most = 250;
        var count = Math.Min(most, curve.Points.Count);
        return [.. Enumerable.Range(0, count).Select(i =>
            value(curve.Points[(int)((long)i * (curve.Points.Count - 1) / Math.Max(1, count - 1))]))];
    }

    private static void AddConfusion(Subject subject, Html page)
    {
        page.Heading("Confusion matrix");
        var counts = ClassFigures.Confusion(subject.Labels,
            [.. subject.Outputs.Select(o => Predicted(subject, o))], subject.Classes.Count);
        var classes = Enumerable.Range(0, subject.Classes.Count).ToArray();
        if (classes.Length <= LargestMatrix)
            page.Table("Rows of each class by predicted class",
                ["true class", .. subject.Classes.Select(c => $"predicted {c}"), "right"],
                classes.Select(t => (IReadOnlyList<Cell>)[subject.Classes[t],
                    .. classes.Select(p => new Cell(Show.Count(counts[t, p]), p == t ? "right" : "")),
                    Show.Share(counts[t, t] / (double)classes.Sum(p => counts[t, p]))]));
        else
            page.Table("The most frequent confusions", ["true class", "predicted", "rows"],
                (from t in classes
                 from p in classes
                 where t != p && counts[t, p] > 0
                 orderby counts[t, p] descending
                 select (IReadOnlyList<Cell>)[subject.Classes[t], subject.Classes[p], Show.Count(counts[t, p])])
                .Take(Confusions), texts: 2);
        var unknown = subject.Labels.Count(l => l < 0);
        if (unknown > 0)
            page.Paragraph($"{Show.Of(unknown, "row")} with a class that does not occur in the training rows.", "note");
    }

    private static void AddThresholds(Subject subject, Html page)
    {
        page.Heading($"Thresholds on the probability of {subject.Classes[1]}");
        page.Table("Thresholds", ["threshold", "flagged", "precision", "recall", "false alarms", "F1"],
            _thresholds.Select(t => ClassFigures.At(t, Is(subject, 1), Probabilities(subject, 1)))
                .Select(o => (IReadOnlyList<Cell>)[Show.Number(o.Threshold), Show.Share(o.Flagged),
                    Show.Share(o.Precision), Show.Share(o.Recall), Show.Share(o.FalseAlarms), Show.Number(o.F1)]),
            texts: 0);
        page.Paragraph("Rows with at least the threshold's probability are flagged. False alarms: the share of the " +
            "other class that is flagged.", "note");
    }
}
