using ScottPlot;

namespace Alice.ML.Tool.Reporting;

/// <summary>How a series is drawn.</summary>
internal enum SeriesKind
{
    /// <summary>A solid line.</summary>
    Line,

    /// <summary>A dashed line.</summary>
    Dashed,

    /// <summary>Points without a line.</summary>
    Points,

    /// <summary>A filled band around the values.</summary>
    Band,
}

/// <summary>One series of a chart.</summary>
/// <param name="Name">Name in the legend. Empty for none.</param>
/// <param name="X">Horizontal values.</param>
/// <param name="Y">Vertical values. Those that a logarithmic axis cannot show are left out.</param>
/// <param name="Kind">How they are drawn.</param>
/// <param name="Color">Index for <see cref="PictureStyle.ColorOf"/>.</param>
internal sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y, SeriesKind Kind, int Color)
{
    /// <summary>Half-width of the band of <see cref="SeriesKind.Band"/>.</summary>
    public IReadOnlyList<double>? Band { get; init; }
}

/// <summary>A chart with one or more series.</summary>
internal sealed record Chart(string Title, string Horizontal, string Vertical, IReadOnlyList<Series> Series)
{
    private const int LegendWidth = 360;

    public bool HasLogX { get; init; }

    public bool HasLogY { get; init; }

    /// <summary>Upper limit of the vertical axis. Null: the largest value.</summary>
    public double? Highest { get; init; }

    /// <summary>Writes the chart as PNG. If no point can be shown, it is empty.</summary>
    public void Save(Stream stream)
    {
        using var plot = new Plot();
        List<double> xs = [], ys = [];
        foreach (var series in Series)
            Add(plot, series, xs, ys);
        if (ys.Count == 0)
        {
            xs.Add(0);
            ys.Add(0);
        }
        var top = Highest is { } highest ? Math.Min(ys.Max(), Place(highest, HasLogY)) : ys.Max();
        var (left, right) = Widened(xs.Min(), xs.Max());
        var (low, high) = Widened(ys.Min(), top);
        plot.Axes.SetLimits(left, right, low, high);
        if (HasLogX)
            plot.Axes.Bottom.TickGenerator = PictureStyle.LogTicks(left, right);
        if (HasLogY)
            plot.Axes.Left.TickGenerator = PictureStyle.LogTicks(low, high);
        PictureStyle.Apply(plot, Title, Horizontal, Vertical);
        plot.ShowLegend(Edge.Right);
        PictureStyle.Write(stream, plot, PictureStyle.Width + LegendWidth);
    }

    private void Add(Plot plot, Series series, List<double> xs, List<double> ys)
    {
        int[] shown = [.. Enumerable.Range(0, series.X.Count).Where(i =>
            double.IsFinite(Place(series.X[i], HasLogX)) && double.IsFinite(Place(series.Y[i], HasLogY)))];
        if (shown.Length == 0)
            return;
        double[] x = [.. shown.Select(i => Place(series.X[i], HasLogX))],
            y = [.. shown.Select(i => Place(series.Y[i], HasLogY))];
        var color = PictureStyle.ColorOf(series.Color);
        if (series.Band is { } band)
        {
            double[] lower = [.. shown.Select(i => series.Y[i] - band[i])],
                upper = [.. shown.Select(i => series.Y[i] + band[i])];
            var fill = plot.Add.FillY(x, lower, upper);
            fill.FillColor = color.WithAlpha(0.25);
            fill.LineWidth = 0;
            fill.LegendText = series.Name;
            xs.AddRange(x);
            ys.AddRange([.. lower, .. upper]);
            return;
        }
        var curve = series.Kind == SeriesKind.Points ? plot.Add.ScatterPoints(x, y, color)
            : plot.Add.ScatterLine(x, y, color);
        curve.LineWidth = series.Kind == SeriesKind.Points ? 0 : 3;
        curve.MarkerSize = series.Kind == SeriesKind.Points ? 10 : 0;
        if (series.Kind == SeriesKind.Dashed)
            curve.LinePattern = LinePattern.Dashed;
        curve.LegendText = series.Name;
        xs.AddRange(x);
        ys.AddRange(y);
    }

    private static double Place(double value, bool isLog) => isLog ? Math.Log10(value) : value;

    private static (double Low, double High) Widened(double low, double high)
    {
        var margin = high > low ? 0.05 * (high - low) : 0.5;
        return (low - margin, high + margin);
    }
}
