using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Alice.ML.Benchmarks.Quality;
using Alice.ML.Tool.Report;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Benchmarks.Pictures;

/// <summary>'picture': figures of a report, side by side, as SVG files for pages that cannot show HTML: one for light
/// pages and one for dark ones.</summary>
internal static partial class PictureCommand
{
    private const int Width = 420;
    private const int Height = 300;
    private const int Caption = 34;
    private const string LightPaper = "#ffffff";
    private const string DarkPaper = "#0d1117";

    public static Command Create(Func<string> defaultOutput)
    {
        var report = new Argument<FileInfo>("report.html") { Description = "A page of 'alice train --report'." };
        report.AcceptExistingOnly();
        var figures = new Option<string[]>("--figure")
        {
            Description = "Title of a figure in the page; may be repeated. Default: 'Each row' and 'Error of each "
                + "epoch'.",
            DefaultValueFactory = _ => ["Each row", "Error of each epoch"],
        };
        var output = new Option<string>("--out")
        {
            Description = "The light file; that for dark pages has -dark in its name. Default: "
                + "docs/pictures/report.svg of this repository.",
        };
        var command = new Command(
            "picture", "Draws figures of a report as SVG, light and dark.") { report, figures, output };
        command.SetAction(parsed => TableOptions.Guarded(() =>
        {
            var page = File.ReadAllText(parsed.GetRequiredValue(report).FullName);
            var titles = parsed.GetRequiredValue(figures);
            var light = parsed.GetValue(output) ?? defaultOutput();
            File.WriteAllText(light, Draw(page, titles, LightPaper, ink => ink.Light));
            File.WriteAllText(Path.ChangeExtension(light, null) + "-dark" + Path.GetExtension(light),
                Draw(page, titles, DarkPaper, ink => ink.Dark));
        }));
        return command;
    }

    /// <summary>Figures of a page in a row, each with its title above it.</summary>
    /// <param name="page">The page.</param>
    /// <param name="titles">Titles of the figures.</param>
    /// <param name="paper">The background.</param>
    /// <param name="color">What a color of the page looks like on it.</param>
    /// <exception cref="UserException">The page has no such figure.</exception>
    internal static string Draw(
        string page, IReadOnlyList<string> titles, string paper, Func<PageStyle.Ink, string> color)
    {
        // Of figures with the same title, the first in the page.
        var found = FigureOf().Matches(page)
            .Select(match => (Title: WebUtility.HtmlDecode(match.Groups[1].Value), Svg: match.Groups[2].Value))
            .DistinctBy(figure => figure.Title).ToDictionary(figure => figure.Title, figure => figure.Svg);
        var panels = titles.Select((title, i) => found.TryGetValue(title, out var svg)
            ? Panel(title, svg, i * Width)
            : throw new UserException(
                $"the page has no figure '{title}'; its figures are {string.Join(", ", found.Keys)}."));
        var ink = color(PageStyle.Axis);
        var drawn = string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {titles.Count * Width} {Height + Caption}"
              font-family="system-ui, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif">
            <style>text {"{"} fill: {ink} {"}"}</style>
            <rect width="100%" height="100%" fill="{paper}"/>
            {string.Concat(panels)}</svg>

            """);
        return PageStyle.Inks.Aggregate(drawn, (text, i) =>
            text.Replace($"var(--{i.Name})", color(i), StringComparison.Ordinal));
    }

    private static string Panel(string title, string svg, int left) => string.Create(CultureInfo.InvariantCulture,
        $"""
        <text x="{left + 12}" y="22" font-size="16" font-weight="600">{WebUtility.HtmlEncode(title)}</text>
        <svg x="{left}" y="{Caption}" width="{Width}" height="{Height}"{svg["<svg".Length..]}

        """);

    [GeneratedRegex("<figcaption>([^<]*)</figcaption>(<svg.*?</svg>)", RegexOptions.Singleline)]
    private static partial Regex FigureOf();
}
