using Alice.ML.Models;
using Alice.ML.Tool.Reporting;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Report;

/// <summary>Regression: predicted against measured, means of groups, coverage of quantiles.</summary>
internal static class NumberSection
{
    public static void Add(Subject subject, Html page)
    {
        if (!subject.IsNumber)
            return;
        page.Section("predictions", "Predicted against measured", subject.SampleNote);
        List<Figure> figures = [Scatter(subject), Calibration(subject)];
        if (subject.Part.Trained is AliceRegressionModelParameters { Quantiles: { Count: > 0 } levels })
            figures.Add(Coverage(subject, [.. levels.Select(l => (double)l)]));
        page.Figures(figures);
    }

    private static Figure Scatter(Subject subject)
    {
        var (labels, outputs) = subject.Sampled;
        double[] measured = [.. labels.Select(l => (double)l)], predicted = [.. outputs.Select(o => (double)o[0])];
        var (low, high) = Range([.. measured, .. predicted]);
        return new Figure("Each row", Picture.Draw($"{subject.Label}: predicted against measured",
            $"measured {subject.Label}{subject.Unit}", $"predicted{subject.Unit}", picture =>
            {
                picture.Points(Thin(measured), Thin(predicted), 0);
                picture.Reference([low, high], [low, high]);
                picture.Limits(low, high, low, high);
            }), [(PageStyle.ReferenceIndex, "no error")], "");
    }

    private static Figure Calibration(Subject subject)
    {
        var groups = NumberFigures.Calibration(subject.Labels, [.. subject.Outputs.Select(o => (double)o[0])]);
        double[] x = [.. groups.Select(g => g.Predicted)], y = [.. groups.Select(g => g.Measured)],
            error = [.. groups.Select(g => 2 * g.StandardError)];
        double[] lows = [.. y.Zip(error, (v, e) => v - e)], highs = [.. y.Zip(error, (v, e) => v + e)];
        var (low, high) = Range([.. x, .. lows, .. highs]);
        return new Figure("Means of ten groups", Picture.Draw(
            $"Mean measured {subject.Label} against mean predicted, in groups of rows", $"mean predicted{subject.Unit}",
            $"mean {subject.Label}{subject.Unit}", picture =>
            {
                picture.Reference([low, high], [low, high]);
                picture.Errors(x, y, lows, highs, 0);
                picture.Limits(low, high, low, high);
            }), [(PageStyle.ReferenceIndex, "no bias")],
            "All rows, in groups of equal size by their prediction. Bars are two standard errors.");
    }

    private static Figure Coverage(Subject subject, double[] levels)
    {
        var quantiles = subject.Model.Transform(subject.Data).GetColumn<float[]>(RegressionColumns.Quantiles).ToArray();
        var shares = NumberFigures.Coverage(subject.Labels, [.. subject.Rows.Select(r => quantiles[r])]);
        return new Figure("Coverage of quantiles", Picture.Draw(
            "Share of rows below each quantile against its level", "level of the quantile", "share of rows below it",
            picture =>
            {
                picture.Reference([0, 1], [0, 1]);
                picture.Line(levels, shares, 0);
                picture.Points(levels, shares, 0, 8);
                picture.Limits(0, 1, 0, 1);
            }), [(PageStyle.ReferenceIndex, "perfect calibration")], string.Join("; ",
            levels.Zip(shares, (l, s) => $"{Show.Number(l)}: {Show.Share(s)} of the rows")) + ".");
    }

    private static (double Low, double High) Range(double[] values)
    {
        var (low, high) = (values.Min(), values.Max());
        var margin = high > low ? 0.04 * (high - low) : 0.5;
        return (low - margin, high + margin);
    }

    /// <summary>Reduces values to as many as a picture can show.</summary>
    internal static double[] Thin(double[] values)
    {
        const int most = 600;
        var count = Math.Min(values.Length, most);
        return [.. Enumerable.Range(0, count).Select(i => values[(int)((long)i * values.Length / count)])];
    }
}
