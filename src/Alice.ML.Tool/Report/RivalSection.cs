using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Report;

/// <summary>The quality of the model beside other trainers.</summary>
internal static class RivalSection
{
    public static void Add(Subject subject, Html page)
    {
        page.Section("error", "How good it is");
        var rivals = subject.Rivals;
        page.Paragraph(string.Join(" ", Verdict.Sentences(new()
        {
            Label = subject.Label,
            Kind = subject.Kind,
            Classes = subject.Classes,
            Rows = subject.Labels.Length,
            Metrics = subject.Metrics,
            Others = [.. rivals.Where(r => r.Metrics is not null).Select(r => (r.Name, r.Metrics!))],
            TrainingLoss = subject.Summary?.Epochs is [.., var last] ? last.TrainingLoss : null,
            Loss = subject.Options.Loss,
            Effort = subject.Options.Effort,
        })), "lead");
        Rival[] all = [new("Alice", subject.Metrics, subject.Summary?.Seconds, ""), .. rivals];
        page.Table("Errors on test rows",
            ["trainer", .. subject.Metrics.Select(m => m.Name), "training"],
            all.Where(r => r.Metrics is not null).Select(r => (IReadOnlyList<Cell>)
            [
                r.Name, .. r.Metrics!.Select((m, i) => Value(m, all, i)),
                r.Seconds is { } s ? Show.Seconds(s) : "",
            ]));
        var skipped = subject.RowCount - subject.Rows.Length;
        page.Paragraph((rivals.Count == 0
            ? "The report was given no training rows, so no other trainer is compared. "
            : "Best values are bold. All have the same features, training rows and test rows. LightGBM and "
            + "FastTree run with ML.NET's defaults; the seconds are those of training on this machine, Alice's with "
            + "its choice of plans. ")
            + string.Concat(all.Where(r => r.Metrics is null).Select(r => $"{r.Name} is left out: {r.Remark}. "))
            + (skipped > 0 ? $"{Show.Of(skipped, "row")} without label or score left out." : ""), "note");
    }

    private static Cell Value(Metric metric, Rival[] all, int index)
    {
        var values = all.Where(r => r.Metrics is not null).Select(r => r.Metrics![index].Value)
            .Where(double.IsFinite).ToArray();
        var isBest = values.Length > 1 && metric.Value == (metric.IsError ? values.Min() : values.Max());
        return new Cell(Show.Number(metric.Value), isBest ? "best" : "");
    }
}
