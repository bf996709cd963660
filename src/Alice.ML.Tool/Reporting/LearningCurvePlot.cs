using Alice.ML.Training;
using ScottPlot;

namespace Alice.ML.Tool.Reporting;

/// <summary>A level to compare a learning curve with.</summary>
internal sealed record ReferenceLine(string Name, double Value);

/// <summary>Draws the error against epochs, on a logarithmic axis where its size changes much.</summary>
internal static class LearningCurvePlot
{
    private const double LogarithmicRatio = 2;

    // Okabe and Ito's palette, which color-blind people can tell apart.
    private static readonly Color _curveColor = Color.FromHex("#0072B2");
    private static readonly Color _validationColor = Color.FromHex("#E69F00");
    private static readonly string[] _referenceColors = ["#0072B2", "#009E73", "#D55E00", "#777777"];

    /// <summary>
    /// Writes a PNG picture of the training error, and the validation error where there is one, per epoch.
    /// </summary>
    /// <param name="stream">Where to.</param>
    /// <param name="title">What was trained on what.</param>
    /// <param name="quantity">What the vertical axis shows: an error and its unit.</param>
    /// <param name="epochs">The epochs.</param>
    /// <param name="ofLoss">From an epoch's loss to the quantity.</param>
    /// <param name="references">Levels of the quantity to draw as dashed lines.</param>
    public static void Save(Stream stream, string title, string quantity, IReadOnlyList<AliceEpoch> epochs,
        Func<double, double> ofLoss, IReadOnlyList<ReferenceLine> references)
    {
        using var plot = new Plot();
        double[] training = [.. epochs.Select(e => ofLoss(e.TrainingLoss))];
        double[] validation = [.. epochs.Select(e => e.ValidationLoss).OfType<double>().Select(ofLoss)];
        double[] values = [.. training, .. validation, .. references.Select(r => r.Value)];
        // A loss such as that of Poisson may be negative, and hardly change.
        var logarithmic = values.All(v => v >= 0) && values.Max() > LogarithmicRatio * values.Min();
        Func<double, double> height = logarithmic ? LogOf : value => value;
        AddCurve(plot, "Alice, training", _curveColor, training.Select(height));
        if (validation.Length > 0)
            AddCurve(plot, "Alice, validation", _validationColor, validation.Select(height));
        foreach (var (i, reference) in references.Index())
            AddReference(plot, reference, height(reference.Value),
                Color.FromHex(_referenceColors[i % _referenceColors.Length]));

        var shown = values.Select(height).ToArray();
        SetAxes(plot, epochs.Count, shown.Min(), shown.Max(), logarithmic);
        PictureStyle.Apply(plot, title, "epoch", quantity);
        plot.ShowLegend(Alignment.UpperRight);
        PictureStyle.Write(stream, plot, PictureStyle.Width);
    }

    /// <summary>The height of an error; a perfect fit has no logarithm and stands at the bottom.</summary>
    private static double LogOf(double error) => Math.Log10(Math.Max(error, 1e-9));

    private static void AddCurve(Plot plot, string name, Color color, IEnumerable<double> heights)
    {
        double[] ys = [.. heights];
        var curve = plot.Add.ScatterLine([.. Enumerable.Range(1, ys.Length).Select(epoch => (double)epoch)], ys, color);
        curve.LineWidth = 3;
        curve.LegendText = name;
    }

    private static void AddReference(Plot plot, ReferenceLine reference, double height, Color color)
    {
        var line = plot.Add.HorizontalLine(height, 2, color, LinePattern.Dashed);
        line.LegendText = $"{reference.Name}: {reference.Value:G3}";
    }

    private static void SetAxes(Plot plot, int epochs, double low, double high, bool logarithmic)
    {
        var margin = high > low ? 0.05 * (high - low) : 0.5;
        plot.Axes.SetLimits(0, epochs + 1, low - margin, high + margin);
        if (logarithmic)
            plot.Axes.Left.TickGenerator = PictureStyle.LogTicks(low - margin, high + margin);
        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
    }
}
