using Alice.ML.Tool.Reporting;
using ScottPlot;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>A contestant in the picture.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Seconds">Of all fits.</param>
/// <param name="Error">Relative to Alice's default.</param>
internal sealed record TimePoint(string Name, double Seconds, double Error);

/// <summary>Time against error, both on logarithmic axes.</summary>
internal static class TimePicture
{
    private const int LegendWidth = 300;
    private const string DarkPaper = "#0d1117";
    private const string LightInk = "#e6edf3";

    /// <summary>The picture as SVG.</summary>
    public static string Draw(IReadOnlyList<TimePoint> points)
    {
        using var plot = new Plot();
        foreach (var (i, point) in points.Index())
        {
            var marker = plot.Add.Marker(Math.Log10(point.Seconds), Math.Log10(point.Error), MarkerShape.FilledCircle,
                18, PictureStyle.ColorOf(i));
            marker.LegendText = point.Name;
        }
        var (left, right) = Limits(points.Select(point => point.Seconds));
        var (low, high) = Limits(points.Select(point => point.Error));
        plot.Axes.SetLimits(left, right, low, high);
        plot.Axes.Bottom.TickGenerator = PictureStyle.LogTicks(left, right);
        plot.Axes.Left.TickGenerator = ErrorTicks(low, high);
        PictureStyle.Apply(plot, "Time against error", "seconds of all fits", "error, relative to Alice's default");
        plot.ShowLegend(Edge.Right);
        return plot.GetSvgXml(PictureStyle.Width + LegendWidth, PictureStyle.Height);
    }

    /// <summary>The same picture for dark pages.</summary>
    /// <param name="svg">What <see cref="Draw"/> has drawn.</param>
    public static string Dark(string svg) => svg
        .Replace("fill=\"white\"", $"fill=\"{DarkPaper}\"", StringComparison.Ordinal)
        .Replace("stroke=\"black\"", $"stroke=\"{LightInk}\"", StringComparison.Ordinal)
        .Replace("stroke=\"#010101\"", $"stroke=\"{LightInk}\"", StringComparison.Ordinal)
        // Text has no color of its own.
        .Replace("<svg ", $"<svg fill=\"{LightInk}\" ", StringComparison.Ordinal);

    private static (double Low, double High) Limits(IEnumerable<double> values)
    {
        var places = values.DefaultIfEmpty(1).Select(Math.Log10).ToArray();
        var margin = Math.Max(0.02, 0.1 * (places.Max() - places.Min()));
        return (places.Min() - margin, places.Max() + margin);
    }

    // Ratios lie near 1, where 1, 2 and 5 are too far apart.
    private static ScottPlot.TickGenerators.NumericManual ErrorTicks(double low, double high)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        var (least, most) = (Math.Pow(10, low), Math.Pow(10, high));
        var step = (most - least) switch
        {
            < 0.5 => 0.05,
            < 1 => 0.1,
            < 2 => 0.2,
            < 5 => 0.5,
            _ => Math.Ceiling((most - least) / 10)
        };
        for (var value = Math.Ceiling(least / step) * step; value <= most; value += step)
            ticks.AddMajor(Math.Log10(value),
                value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture));
        return ticks;
    }
}
