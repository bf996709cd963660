using System.Globalization;
using ScottPlot;

namespace Alice.ML.Tool.Reporting;

/// <summary>The common style of pictures: size, colors, fonts, logarithmic ticks.</summary>
internal static class PictureStyle
{
    public const int Width = 1200;
    public const int Height = 750;

    /// <summary>The note if there are no fonts.</summary>
    public const string NoFonts = "no font is installed, so the picture has no text; install one, such as DejaVu " +
        "Sans, for labels";

    // The palette of Okabe and Ito, which is safe for color-blind readers.
    private static readonly string[] _colors =
        ["#0072B2", "#D55E00", "#009E73", "#E69F00", "#CC79A7", "#56B4E9", "#000000", "#777777"];

    // In order of preference. ScottPlot's own choice is a serif font on some systems.
    private static readonly string[] _fonts =
        ["Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "Liberation Sans", "Arial"];

    /// <summary>Whether a font is installed. A bare container has none, and pictures then have no text.</summary>
    public static bool HasFonts => SkiaSharp.SKFontManager.Default.FontFamilies.Any();

    /// <summary>The color of a curve.</summary>
    public static Color ColorOf(int index) => Color.FromHex(_colors[index % _colors.Length]);

    /// <summary>Ticks at 1, 2 and 5 times powers of ten, or at powers of ten if there are many. Minor ticks between.
    /// Positions are decimal logarithms.</summary>
    public static ScottPlot.TickGenerators.NumericManual LogTicks(double low, double high)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        var decades = high - low;
        int[] majorDigits = decades > 4 ? [1] : [1, 2, 5];
        var every = Math.Max(1, (int)(decades / 8));
        for (var decade = (int)Math.Floor(low); decade <= high; decade++)
        {
            for (var digit = 1; digit <= 9; digit++)
            {
                var position = decade + Math.Log10(digit);
                if (position < low || position > high)
                    continue;
                if (majorDigits.Contains(digit) && decade % every == 0)
                    ticks.AddMajor(position, Label(Math.Pow(10, position)));
                else if (digit == 1 || decades <= 8)
                    ticks.AddMinor(position);
            }
        }
        return ticks;
    }

    /// <summary>Writes a plot as PNG.</summary>
    public static void Write(Stream stream, Plot plot, int width) =>
        stream.Write(plot.GetImageBytes(width, Height, ImageFormat.Png));

    private static string Label(double value) => value.ToString(value switch
    {
        > 999 and < 1e6 => "F0",
        >= 1e-4 and < 1e6 => "G3",
        _ => "0.#e0",
    }, CultureInfo.InvariantCulture);

    /// <summary>Sets the first installed font.</summary>
    public static void SetFont(Plot plot)
    {
        if (_fonts.FirstOrDefault(SkiaSharp.SKFontManager.Default.FontFamilies.Contains) is { } font)
            plot.Font.Set(font);
    }

    /// <summary>Sets titles, fonts, grid and legend.</summary>
    public static void Apply(Plot plot, string title, string horizontal, string vertical)
    {
        SetFont(plot);
        plot.Title(title, 30);
        plot.XLabel(horizontal, 26);
        plot.YLabel(vertical, 26);
        plot.Axes.Bottom.TickLabelStyle.FontSize = 22;
        plot.Axes.Left.TickLabelStyle.FontSize = 22;
        plot.Grid.MajorLineColor = Colors.Black.WithAlpha(0.12);
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        plot.Legend.FontSize = 22;
        plot.Legend.SymbolWidth = 44;
        plot.Legend.SymbolPadding = 10;
        plot.Legend.OutlineColor = Colors.Black.WithAlpha(0.2);
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.Padding = new PixelPadding(14);
    }
}
