using Alice.ML.Training;
using ScottPlot;

namespace Alice.ML.Tool.Reporting;

/// <summary>A horizontal line for comparison.</summary>
internal sealed record ReferenceLine(string Name, double Value);

/// <summary>Draws the error against epochs. The axis is logarithmic if the error changes by a large factor.</summary>
internal static class LearningCurvePlot
{
    private const double LogarithmicRatio = 2;

    // From the palette of Okabe and Ito, which is safe for color-blind readers.
    private static readonly Color _curveColor = Color.FromHex("#0072B2");
    private static readonly Color _validationColor = Color.FromHex("#E69F00");
    private static readonly string[] _referenceColors = ["#0072B2", "#009E73", "#D55E00", "#777777"];

    /// <summary>Writes a PNG with the training error per epoch, and the validation error if there is one.</summary>
    /// <param name="stream">Receives the picture.</param>
    /// <param name="title">Title of the picture.</param>
    /// <param name="quantity">Title of the vertical axis: an error and its unit.</param>
    /// <param name="epochs">The epochs.</param>
    /// <param name="ofLoss">Converts the loss of an epoch to the quantity.</param>
    /// <param name="references">Values to draw as dashed lines.</param>
    public static void Save(Stream stream, string title, string quantity, IReadOnlyList<AliceEpoch> epochs,
        Func<double, double> ofLoss, IReadOnlyList<ReferenceLine> references)
    {
        using var plot = new Plot();
        double[] training = [.. epochs.Select(e => ofLoss(e.TrainingLoss))];
        double[] validation = [.. epochs.Select(e => e.ValidationLoss).OfType<double>().Select(ofLoss)];
        double[] values = [.. training, .. validation, .. references.Select(r => r.Value)];
        // The axis stays linear for losses that can be negative, such as that of Poisson.
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

    /// <summary>The position of an error. An error of 0 is drawn at the bottom.</summary>
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
