using Alice.ML.Landscape;
using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Report;

/// <summary>The loss landscape of the first network.</summary>
internal static class LandscapeSection
{
    // So that the measurement takes seconds.
    private const int Rows = 512;
    private const int Directions = 4;
    private const int PointsPerDecade = 2;
    private const int LinePoints = 2;

    public static void Add(Subject subject, Html page)
    {
        page.Section("landscape", "What the loss looks like",
            "Alice predicts how its next step changes the loss: by the gradient, by the Hessian, and by glass, "
            + "which " +
            "is how much the gradient varies at random between points that are near. The shares show which of them " +
            "matters at its step, layer by layer, in the model's first network.");
        LandscapeReport report;
        try
        {
            report = Measure(subject);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            page.Paragraph($"It could not be measured: {e.Message.ReplaceLineEndings(" ")}");
            return;
        }
        page.Table("Shares of each layer",
            ["layer", "in words", "weights", "gradient", "glass", "Hessian", "glass exponent", "glass density ρ",
                "Hessian |h|"],
            report.Layers.Append(report.Total).Select(layer => (IReadOnlyList<Cell>)[layer.Name, layer.Verdict,
                Show.Count(layer.ParameterCount), Show.Share(layer.Step.GradientShare),
                Show.Share(layer.Step.GlassShare), Show.Share(layer.Step.HessianShare),
                layer.Even is { } law ? $"{law.Exponent:F2} ± {law.StandardError:F2}" : "none",
                Show.Number(layer.GlassDensity), Show.Number(layer.Hessian)]), texts: 2);
        page.Paragraph($"Measured on up to {Show.Count(Rows)} {(subject.Options.TrainingData is null ? "of the given" :
            "training")} rows in {Show.Count(report.GradientEvaluations)} gradient evaluations, at distance " +
            $"{Show.Number(report.Radius)}. A glass exponent of 1 is glass, 4 is smooth.", "note");
    }

    private static LandscapeReport Measure(Subject subject) => subject.Model.MeasureLandscape(
        subject.Options.TrainingData ?? subject.Data,
        new() { LabelColumnName = subject.Label, Loss = subject.Options.Loss, MaximumRows = Rows },
        new()
        {
            Directions = Directions,
            PointsPerDecade = PointsPerDecade,
            LinePoints = LinePoints,
            Seed = subject.Options.Seed,
            CancellationToken = subject.Options.CancellationToken,
        });
}
