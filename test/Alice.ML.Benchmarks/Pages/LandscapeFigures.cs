using System.Globalization;
using System.Text;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Landscape;
using Alice.ML.Models;

namespace Alice.ML.Benchmarks.Pages;

/// <summary>Tables of docs/landscape.md on landscapes.</summary>
internal static class LandscapeFigures
{
    public const string Few = "after 10 epochs";
    public const string Full = "fully trained";

    /// <summary>Glass exponents, where they hold, and what matters at Alice's step.</summary>
    public static string Exponents(IReadOnlyList<TrainedNetwork> networks) => Table(
        ["", "", "exponent", "holds for σ", "E² at σ = 1e-5", "gradient, glass, Hessian"],
        networks.Select(n => (string[])
        [
            Name(n), n.Stage, Exponent(n.Report.Total),
            n.Report.Total.Even is { } law ? $"{Figures.Power(law.From)} … {Figures.Power(law.To)}" : Markdown.None,
            Figures.Power(n.Report.Total.Variation[0].EvenMeanSquare),
            Text($"{100 * n.Report.Total.Step.GradientShare:F0}, {100 * n.Report.Total.Step.GlassShare:F0}, ")
                + Text($"{100 * n.Report.Total.Step.HessianShare:F0} %"),
        ]));

    /// <summary>Glass exponents of the layers of networks with ReLU.</summary>
    public static string Layers(IReadOnlyList<TrainedNetwork> networks)
    {
        var shown = networks.Where(n => n.Activation == Activation.ReLU).ToList();
        return Table(["", "", .. shown[0].Report.Layers.Select(layer => layer.Name)], shown.Select(n => (string[])
            [Name(n), n.Stage, .. n.Report.Layers.Select(Exponent)]));
    }

    /// <summary>Glass densities of one network on several numbers of rows.</summary>
    public static string Densities(IReadOnlyList<(int Rows, LandscapeReport Report)> reports) => Table(
        ["rows", "ρ", "rows × ρ", "glass exponent"], reports.Select(r => (string[])
        [
            Text($"{r.Rows}"), Figures.Power(r.Report.Total.GlassDensity),
            Figures.Digits(r.Rows * r.Report.Total.GlassDensity), Exponent(r.Report.Total),
        ]));

    /// <summary>Where the loss leaves the bands along the step.</summary>
    public static string Bands(IReadOnlyList<TrainedNetwork> networks) => Table(
        ["", "", "leaves the band of the quadratic", "leaves the band of glass"], networks.Select(n => (string[])
            [Name(n), n.Stage, Where(n.Report.Line.QuadraticFailsAt), Where(n.Report.Line.GlassFailsAt)]));

    private static string Name(TrainedNetwork network) => $"{network.Table}, {network.Activation}";

    private static string Exponent(LandscapeLayer layer) =>
        layer.Even is { } law ? Text($"{law.Exponent:F2} ± {law.StandardError:F2}") : Markdown.None;

    private static string Where(double? steps) => steps is { } t ? $"at {Figures.Number(t)} steps" : "not on the line";

    private static string Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        Markdown.Table(text, headings, rows);
        return text.ToString();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
