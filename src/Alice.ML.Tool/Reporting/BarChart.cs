using ScottPlot;

namespace Alice.ML.Tool.Reporting;

/// <summary>A horizontal bar.</summary>
/// <param name="Name">Text left of it.</param>
/// <param name="Value">Length. Negative values extend to the left.</param>
/// <param name="Error">Half-length of the error bar. 0 for none.</param>
internal sealed record NamedBar(string Name, double Value, double Error = 0);

/// <summary>A picture of horizontal bars, from top to bottom.</summary>
/// <param name="Title">Text above.</param>
/// <param name="Horizontal">Title of the axis.</param>
/// <param name="Bars">The bars. If there are more than <see cref="MostBars"/>, the title says that the rest is left
/// out.</param>
internal sealed record BarChart(string Title, string Horizontal, IReadOnlyList<NamedBar> Bars)
{
    /// <summary>Maximum number of legible bars.</summary>
    public const int MostBars = 20;

    private const int LongestName = 40;

    /// <summary>Writes it as PNG.</summary>
    public void Save(Stream stream)
    {
        using var plot = new Plot();
        NamedBar[] shown = [.. Bars.Take(MostBars)];
        plot.Add.Bars(shown.Select((bar, i) => new Bar
        {
            Position = -i,
            Value = bar.Value,
            Error = bar.Error,
            Size = 0.7,
            Orientation = Orientation.Horizontal,
            FillColor = PictureStyle.ColorOf(bar.Value < 0 ? 1 : 0),
            LineWidth = 0,
        }).ToArray());
        plot.Add.VerticalLine(0, 1, Colors.Black);
        plot.Axes.Left.TickGenerator = new ScottPlot.TickGenerators.NumericManual(
            [.. shown.Select((_, i) => -(double)i)], [.. shown.Select(bar => Short(bar.Name))]);
        var low = shown.Select(bar => bar.Value - bar.Error).Append(0).Min();
        var high = shown.Select(bar => bar.Value + bar.Error).Append(0).Max();
        var margin = high > low ? 0.05 * (high - low) : 0.5;
        plot.Axes.SetLimits(low < 0 ? low - margin : 0, high + margin, -shown.Length + 0.4, 0.6);
        var title = shown.Length < Bars.Count ? $"{Title} ({shown.Length} of {Bars.Count} columns)" : Title;
        PictureStyle.Apply(plot, title, Horizontal, "");
        plot.Axes.Left.MajorTickStyle.Length = 0;
        PictureStyle.Write(stream, plot, PictureStyle.Width);
    }

    private static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
}
