using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Training;

namespace Alice.ML.Tool.Report;

/// <summary>The course of the training.</summary>
internal static class LearningSection
{
    private const double LogarithmicRatio = 2;

    public static void Add(Subject subject, Html page)
    {
        page.Section("learning", "How it was learned");
        if (subject.Summary is not { } summary)
        {
            page.Paragraph("The model was loaded from a file, which does not contain its training history.");
            return;
        }
        var curve = subject.Task.Curve(new NetworkSettings { Loss = subject.Options.Loss }, subject.Metrics);
        // Only losses with a test error have the unit of the label.
        if (curve.Test is not null)
            curve = curve with { Quantity = curve.Quantity + subject.Unit };
        if (summary.Epochs.Count > 0)
        {
            double[] x = [.. summary.Epochs.Select(e => (double)e.Epoch)];
            page.Figures([Draw(curve, x, summary.Epochs), Density(x, summary.Epochs)]);
        }
        if (summary.Candidates.Count == 0)
            return;
        page.Heading("Plans that were compared");
        page.Table("Plans", ["encoding of numbers", "hidden layers", "dropout", "weight decay", "epochs",
            "held-out loss", "networks"], summary.Candidates.OrderBy(c => c.HeldOutLoss).Select(c =>
            (IReadOnlyList<Cell>)[$"{c.NumericEncoding}", Layers(c.HiddenLayers), Show.Number(c.Dropout),
                Show.Number(c.WeightDecay), Show.Number(c.Epochs),
                double.IsFinite(c.HeldOutLoss) ? Show.Number(c.HeldOutLoss) : "diverged",
                Show.Count(c.Networks)]), texts: 2);
        page.Paragraph(
            "Each was trained twice on a part of the training rows and measured on the rest. The column networks " +
            "says how many networks of the model have this plan.", "note");
    }

    /// <summary>The hidden layers as text.</summary>
    internal static string Layers(IReadOnlyList<int> units) => units.Count == 0 ? "none" : string.Join(", ", units);

    private static Figure Draw(LearningCurve curve, double[] x, IReadOnlyList<AliceEpoch> epochs)
    {
        double[] training = [.. epochs.Select(e => curve.OfLoss(e.TrainingLoss))],
            validation = [.. epochs.Select(e => curve.OfLoss(e.ValidationLoss ?? double.NaN))];
        var count = epochs.Min(e => e.NetworkLosses.Count);
        double[][] networks = count < 2 ? []
            : [.. Enumerable.Range(0, count)
                .Select(i => epochs.Select(e => curve.OfLoss(e.NetworkLosses[i])).ToArray())];
        double[] all = [.. networks.SelectMany(losses => losses).Concat(training).Concat(validation)
            .Append(curve.Test ?? double.NaN).Where(double.IsFinite)];
        var isLog = all.All(v => v > 0) && all.Max() > LogarithmicRatio * all.Min();
        double Place(double value) => isLog ? Math.Log10(value) : value;
        var (low, high) = (Place(all.Min()), Place(all.Max()));
        var margin = high > low ? 0.06 * (high - low) : 0.5;
        var hasValidation = validation.Any(double.IsFinite);
        return new Figure("Error of each epoch", Picture.Draw($"{curve.Quantity} against epochs", "epoch",
            curve.Quantity, picture =>
            {
                foreach (var losses in networks)
                    picture.Line(x, [.. losses.Select(Place)], 0, 0.7f);
                picture.Line(x, [.. training.Select(Place)], 0);
                picture.Line(x, [.. validation.Select(Place)], 1);
                if (curve.Test is { } test && double.IsFinite(test))
                    picture.Reference([x[0], x[^1]], [Place(test), Place(test)]);
                picture.Limits(x[0] - 0.5, x[^1] + 0.5, low - margin, high + margin);
                if (isLog)
                    picture.LogVertical(low - margin, high + margin);
            }),
            [(0, "training rows"), .. hasValidation ? new[] { (1, "validation rows") } : [],
                .. curve.Test is null ? [] : new[] { (PageStyle.ReferenceIndex, "test rows, in the end") }],
            networks.Length > 0 ? $"Thin lines: the {networks.Length} networks, each by itself, while they train; the "
                + "thick line is their mean. The model is the mean of their predictions." : "");
    }

    private static Figure Density(double[] x, IReadOnlyList<AliceEpoch> epochs)
    {
        double Log(double value) => value > 0 ? Math.Log10(value) : double.NaN;
        double[] glass = [.. epochs.Select(e => Log(e.MeanGlassDensity))],
            hessian = [.. epochs.Select(e => Log(e.MeanHessian))];
        double[] known = [.. glass.Concat(hessian).Where(double.IsFinite)];
        var (low, high) = known.Length == 0 ? (0, 1) : (known.Min() - 0.1, known.Max() + 0.1);
        return new Figure("Curvature that the optimizer saw", Picture.Draw("Glass density and Hessian against epochs",
            "epoch", "mean over the weights", picture =>
            {
                picture.Line(x, glass, 0);
                picture.Line(x, hessian, 1);
                picture.Limits(x[0] - 0.5, x[^1] + 0.5, low, high);
                picture.LogVertical(low, high);
            }), [(0, "glass density ρ"), (1, "Hessian |h|")], "In the units of the standardized loss.");
    }
}
