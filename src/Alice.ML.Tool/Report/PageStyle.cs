namespace Alice.ML.Tool.Report;

/// <summary>The style of the page: colors for light and dark schemes, and the style sheet.</summary>
internal static class PageStyle
{
    /// <summary>A color of the page.</summary>
    /// <param name="Name">Name in the style sheet.</param>
    /// <param name="Light">Value in the light scheme.</param>
    /// <param name="Dark">Value in the dark scheme.</param>
    internal sealed record Ink(string Name, string Light, string Dark);

    // The palette of Okabe and Ito, which is safe for color-blind readers. Lighter in the dark scheme.
    private static readonly Ink[] _series =
    [
        new("c0", "#0072B2", "#56A8E8"), new("c1", "#D55E00", "#FF9A57"), new("c2", "#009E73", "#3FCFA4"),
        new("c3", "#A96F00", "#F0B840"), new("c4", "#B0568A", "#E79BC4"), new("c5", "#3C7EA6", "#8CCBEF"),
    ];

    /// <summary>Axes and text of pictures.</summary>
    public static Ink Axis { get; } = new("ink", "#1D2126", "#E8EAED");

    /// <summary>Lines behind the data.</summary>
    public static Ink Grid { get; } = new("grid", "#DDE1E6", "#3A4149");

    /// <summary>Lines for comparison.</summary>
    public static Ink Reference { get; } = new("reference", "#5F6872", "#A4ADB7");

    /// <summary>All colors of pictures.</summary>
    public static IReadOnlyList<Ink> Inks { get; } = [.. _series, Axis, Grid, Reference];

    /// <summary>The color of a series.</summary>
    public static Ink Series(int index) => _series[index % _series.Length];

    /// <summary>Number of series colors.</summary>
    public static int SeriesCount => _series.Length;

    /// <summary>Index of <see cref="Reference"/> in <see cref="Inks"/>.</summary>
    public static int ReferenceIndex => Inks.Count - 1;

    /// <summary>The style sheet.</summary>
    public static string Sheet { get; } = $$"""
        :root { color-scheme: light dark; --page: #fff; --panel: #f5f7f9; --soft: #525b65; --link: #005a8c;
          {{Variables(i => i.Light)}} }
        @media screen and (prefers-color-scheme: dark) {
          :root { --page: #14171a; --panel: #1d2226; --soft: #b3bbc4; --link: #7cc0f2; {{Variables(i => i.Dark)}} }
        }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1rem; max-width: 76rem; background: var(--page); color: var(--ink);
          font: 1rem/1.5 system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: .5rem 0 0; }
        header p { color: var(--soft); margin: .3rem 0 1rem; }
        h2 { font-size: 1.25rem; margin: 2.2rem 0 .4rem; border-bottom: 1px solid var(--grid); padding-bottom: .2rem; }
        h3 { font-size: 1rem; margin: 1.2rem 0 .3rem; }
        p { max-width: 46rem; margin: .4rem 0; }
        .lead { font-size: 1.08rem; }
        .note { color: var(--soft); font-size: .9rem; }
        a { color: var(--link); }
        nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .9rem; }
        nav a { padding: .2rem 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
          gap: 1rem; margin: .8rem 0; }
        figure { margin: 0; padding: .7rem; background: var(--panel); border-radius: .5rem; min-width: 0; }
        figure p { font-size: .85rem; color: var(--soft); }
        figcaption { font-weight: 600; font-size: .95rem; }
        figure svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--ink); }
        .legend { display: flex; flex-wrap: wrap; gap: .1rem .9rem; }
        .legend i { display: inline-block; width: 1rem; height: .5rem; margin-right: .35rem; border-radius: .15rem; }
        {{string.Join("\n", Inks.Select((ink, i) => $".legend .c{i} {{ background: var(--{ink.Name}); }}"))}}
        .scroll { overflow-x: auto; margin: .8rem 0; }
        table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .25rem .5rem; text-align: left; vertical-align: top; overflow-wrap: normal;
          border-bottom: 1px solid var(--grid); font-weight: 400; min-width: 3rem; }
        td:not(.number) { min-width: 7rem; }
        tr:first-child th { font-weight: 600; }
        .number { text-align: right; }
        td.best { font-weight: 700; }
        td.right { background: color-mix(in srgb, var(--c2) 22%, transparent); }
        pre { overflow-x: auto; background: var(--panel); padding: .7rem; border-radius: .5rem; font-size: .85rem; }
        @media print {
          body { padding: 0; max-width: none; font-size: 10pt; }
          nav { display: none; }
          .figures { grid-template-columns: 1fr 1fr; }
          figure, tr { break-inside: avoid; }
          h2, h3 { break-after: avoid; }
          .scroll, pre { overflow: visible; white-space: normal; }
        }
        """;

    private static string Variables(Func<Ink, string> color) =>
        string.Join(" ", Inks.Select(i => $"--{i.Name}: {color(i)};"));
}
