using System.Globalization;
using System.Text.RegularExpressions;
using Alice.ML.Tool.Reporting;
using ScottPlot;

namespace Alice.ML.Tool.Report;

/// <summary>Draws small pictures with ScottPlot, as SVG in the colors of the page.</summary>
internal sealed partial class Picture
{
    // Legible at this size on a phone and side by side on a screen.
    private const int Width = 420;
    private const int Height = 300;
    private const int RowHeight = 24;
    private const int LongestName = 20;
    private readonly Plot _plot = new();
    private readonly int _height;

    private Picture(int height) => _height = height;

    /// <summary>Draws a picture.</summary>
    /// <param name="about">Description for screen readers.</param>
    /// <param name="horizontal">Title of the horizontal axis.</param>
    /// <param name="vertical">Title of the vertical axis.</param>
    /// <param name="draw">Adds the data.</param>
    /// <param name="rows">Number of horizontal bars. 0 for the default height.</param>
    public static string Draw(string about, string horizontal, string vertical, Action<Picture> draw, int rows = 0)
    {
        var picture = new Picture(rows == 0 ? Height : 60 + rows * RowHeight);
        draw(picture);
        return picture.Svg(about, horizontal, vertical);
    }

    /// <summary>Adds points.</summary>
    public void Points(double[] x, double[] y, int color, float size = 4)
    {
        var (xs, ys) = Finite(x, y);
        var points = _plot.Add.ScatterPoints(xs, ys, Ink(PageStyle.Series(color)).WithAlpha(0.6));
        points.MarkerSize = size;
    }

    /// <summary>Adds a line.</summary>
    public void Line(double[] x, double[] y, int color, float width = 2)
    {
        var (xs, ys) = Finite(x, y);
        _plot.Add.ScatterLine(xs, ys, Ink(PageStyle.Series(color))).LineWidth = width;
    }

    /// <summary>Adds a dashed line for comparison.</summary>
    public void Reference(double[] x, double[] y)
    {
        var line = _plot.Add.ScatterLine(x, y, Ink(PageStyle.Reference));
        (line.LineWidth, line.LinePattern) = (1.5f, LinePattern.Dashed);
    }

    /// <summary>Fills the area between two curves.</summary>
    public void Band(double[] x, double[] low, double[] high, int color)
    {
        var fill = _plot.Add.FillY(x, low, high);
        (fill.FillColor, fill.LineWidth) = (Ink(PageStyle.Series(color)).WithAlpha(0.25), 0);
    }

    /// <summary>Adds vertical error bars.</summary>
    public void Errors(double[] x, double[] y, double[] low, double[] high, int color)
    {
        for (var i = 0; i < x.Length; i++)
        {
            double[] places = [x[i], x[i]], ends = [low[i], high[i]];
            _plot.Add.ScatterLine(places, ends, Ink(PageStyle.Series(color))).LineWidth = 1.5f;
        }
        Points(x, y, color, 7);
    }

    /// <summary>Adds named horizontal bars from top to bottom, with error bars of the given half-lengths.</summary>
    public void Bars(IReadOnlyList<string> names, double[] values, double[]? errors)
    {
        var top = names.Count - 1;
        var bars = _plot.Add.Bars((Bar[])[.. values.Select((value, i) => new Bar
        {
            Position = top - i,
            Value = value,
            Size = 0.7,
            LineWidth = 0,
            FillColor = Ink(PageStyle.Series(0)),
        })]);
        bars.Horizontal = true;
        foreach (var (i, error) in (errors ?? []).Index())
        {
            double[] ends = [values[i] - error, values[i] + error], places = [top - i, top - i];
            _plot.Add.ScatterLine(ends, places, Ink(PageStyle.Axis)).LineWidth = 1.5f;
        }
        Rows(names);
    }

    /// <summary>Adds named dots from top to bottom, each with a line from low to high.</summary>
    public void Dots(IReadOnlyList<string> names, double[] values, double[] low, double[] high, int color)
    {
        double[] places = [.. Enumerable.Range(0, names.Count).Select(i => names.Count - 1.0 - i)];
        foreach (var (i, place) in places.Index())
        {
            double[] ends = [low[i], high[i]], same = [place, place];
            _plot.Add.ScatterLine(ends, same, Ink(PageStyle.Series(color))).LineWidth = 1.5f;
        }
        Points(values, places, color, 7);
        Rows(names);
    }

    /// <summary>Sets the limits of both axes.</summary>
    public void Limits(double left, double right, double bottom, double top) =>
        _plot.Axes.SetLimits(left, right, bottom, top);

    /// <summary>Labels the vertical axis as a decimal logarithm.</summary>
    public void LogVertical(double low, double high) =>
        _plot.Axes.Left.TickGenerator = PictureStyle.LogTicks(low, high);

    private void Rows(IReadOnlyList<string> names)
    {
        _plot.Axes.Left.TickGenerator =
            Ticks(names.Select((name, i) => (names.Count - 1.0 - i, Shortened(name, LongestName))));
        _plot.Axes.SetLimitsY(-0.6, names.Count - 0.4);
        _plot.Axes.Left.MajorTickStyle.Length = 0;
    }

    private string Svg(string about, string horizontal, string vertical)
    {
        PictureStyle.SetFont(_plot);
        _plot.FigureBackground.Color = _plot.DataBackground.Color = Colors.Transparent;
        _plot.Grid.MajorLineColor = Ink(PageStyle.Grid);
        _plot.Axes.Top.FrameLineStyle.IsVisible = _plot.Axes.Right.FrameLineStyle.IsVisible = false;
        _plot.Axes.Color(Ink(PageStyle.Axis));
        _plot.XLabel(horizontal, 14);
        _plot.YLabel(vertical, 14);
        _plot.Axes.Bottom.Label.Bold = _plot.Axes.Left.Label.Bold = false;
        _plot.Axes.Bottom.TickLabelStyle.FontSize = _plot.Axes.Left.TickLabelStyle.FontSize = 13;
        _plot.Axes.Bottom.MinorTickStyle.Length = _plot.Axes.Left.MinorTickStyle.Length = 0;
        _plot.HideLegend();
        return Themed(_plot.GetSvgXml(Width, _height), about);
    }

    /// <summary>Replaces colors by those of the page, anchors texts, and makes the ids unique on the page.</summary>
    private static string Themed(string svg, string about)
    {
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        var size = Size().Match(svg);
        svg = svg[(size.Index + size.Length)..];
        svg = PaintedIn().Replace(svg, match => $"{match.Groups[1].Value}=\"{Variable(match.Groups[2].Value)}\"");
        svg = Placed().Replace(svg, Anchored);
        svg = Blank().Replace(svg, "");
        // All clip paths are the same: the area of the axes.
        svg = ClipPath().Replace(svg, "");
        svg = Attribute().Replace(svg, match => Decimals().Replace(match.Value, "$1"));
        return $"<svg viewBox=\"0 0 {size.Groups[1]} {size.Groups[2]}\" role=\"img\" " +
            $"aria-label=\"{System.Net.WebUtility.HtmlEncode(about)}\">{svg}";
    }

    // Skia positions each glyph by the width it has in a font of this machine.
    private static string Anchored(Match match)
    {
        double[] x = [.. match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries).Where(t => t != "")
            .Select(t => double.Parse(t, CultureInfo.InvariantCulture))];
        var advance = x.Length > 1 ? (x[^1] - x[0]) / (x.Length - 1) : 8;
        var (start, end) = (x[0], x[^1] + advance);
        var (anchor, at) = start > -1 ? ("start", start) : end < advance ? ("end", 0.0) : ("middle", (start + end) / 2);
        var y = match.Groups[2].Value.Split(',')[0];
        return string.Create(CultureInfo.InvariantCulture, $" text-anchor=\"{anchor}\" x=\"{at:F1}\" y=\"{y}\"");
    }

    private static string Variable(string color)
    {
        var full = color == "black" ? PageStyle.Axis.Light : color.Length == 4
            ? string.Concat("#", string.Concat(color[1..].Select(digit => $"{digit}{digit}"))) : color;
        var ink = PageStyle.Inks.FirstOrDefault(i => i.Light.Equals(full, StringComparison.OrdinalIgnoreCase));
        return ink is null ? color : $"var(--{ink.Name})";
    }

    private static ScottPlot.TickGenerators.NumericManual Ticks(IEnumerable<(double Place, string Name)> names)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        foreach (var (place, name) in names)
            ticks.AddMajor(place, name);
        return ticks;
    }

    private static Color Ink(PageStyle.Ink ink) => Color.FromHex(ink.Light);

    private static string Shortened(string text, int longest) =>
        text.Length <= longest ? text : text[..(longest - 1)] + "…";

    private static (double[] X, double[] Y) Finite(double[] x, double[] y)
    {
        var both = x.Zip(y).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).ToArray();
        return ([.. both.Select(p => p.First)], [.. both.Select(p => p.Second)]);
    }

    [GeneratedRegex("<svg[^>]* width=\"(\\d+)\" height=\"(\\d+)\"[^>]*>")]
    private static partial Regex Size();

    [GeneratedRegex("(fill|stroke)=\"(#[0-9A-Fa-f]{3,6}|black)\"")]
    private static partial Regex PaintedIn();

    [GeneratedRegex(" font-family=\"[^\"]*\" x=\"([^\"]*)\" y=\"([^\"]*)\"")]
    private static partial Regex Placed();

    [GeneratedRegex("\\s*\\n\\s*")]
    private static partial Regex Blank();

    [GeneratedRegex("<clipPath.*?</clipPath>| clip-path=\"[^\"]*\"", RegexOptions.Singleline)]
    private static partial Regex ClipPath();

    [GeneratedRegex("=\"[^\"]*\"")]
    private static partial Regex Attribute();

    [GeneratedRegex("(\\d\\.\\d)\\d+")]
    private static partial Regex Decimals();
}
