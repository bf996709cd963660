using Alice.ML.Landscape;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Reporting;

/// <summary>Draws and saves landscape reports.</summary>
internal static class LandscapeFiles
{
    private const string VariationPicture = "-variation.png";
    private const string VariationTable = "-variation.csv";
    private const string LinePicture = "-line.png";
    private const string LineTable = "-line.csv";
    private const string DeviationPicture = "-deviation.png";

    /// <summary>Suffixes of the written files.</summary>
    public static IReadOnlyList<string> Suffixes { get; } =
        [VariationPicture, VariationTable, LinePicture, LineTable, DeviationPicture];

    /// <summary>Writes the pictures and the tables.</summary>
    public static void Save(
        OutputFiles files, string prefix, string title, IReadOnlyList<(string Name, LandscapeReport Report)> reports)
    {
        files.Write(prefix + VariationPicture, DrawVariation(title, reports).Save);
        files.Write(prefix + VariationTable, stream => CsvFile.Write(stream,
            ["network", "layer", "distance", "even", "even standard error", "odd", "odd standard error"],
            from r in reports
            from layer in r.Report.Layers.Append(r.Report.Total)
            from v in layer.Variation
            select (IReadOnlyList<object>)[
                r.Name, layer.Name, v.Distance, v.EvenMeanSquare, v.EvenStandardError, v.OddMeanSquare,
                v.OddStandardError]));

        files.Write(prefix + LinePicture, DrawLine(title, reports[0]).Save);
        files.Write(prefix + DeviationPicture, DrawDeviation(title, reports[0]).Save);
        files.Write(prefix + LineTable, stream => CsvFile.Write(stream,
            ["network", "steps", "loss", "predicted", "quadratic band", "glass band", "independent glass band"],
            from r in reports
            from p in r.Report.Line.Points
            select (IReadOnlyList<object>)[
                r.Name, p.Steps, p.Loss, p.Predicted, p.QuadraticBand, p.GlassBand, p.IndependentGlassBand]));
    }

    /// <summary>How the even part of gradient changes grows with distance.</summary>
    public static Chart DrawVariation(string title, IReadOnlyList<(string Name, LandscapeReport Report)> reports) =>
        new($"Even part of gradient changes: {title}", "distance σ in every weight", "mean square",
            [.. reports.SelectMany((r, i) => Variation(r.Name, r.Report.Total, i))])
        {
            HasLogX = true,
            HasLogY = true,
        };

    /// <summary>The loss along a step, with the predictions.</summary>
    public static Chart DrawLine(string title, (string Name, LandscapeReport Report) of) => new(
        $"Along a step of Alice: {title}", "steps", "loss", [.. Losses(of.Name, of.Report.Line)]);

    /// <summary>The loss along a step minus the prediction of the quadratic.</summary>
    public static Chart DrawDeviation(string title, (string Name, LandscapeReport Report) of) => new(
        $"Loss less the quadratic's prediction: {title}", "steps", "difference, bands ± 2 standard deviations",
        [.. Deviations(of.Name, of.Report.Line)]);

    private static IEnumerable<Series> Variation(string name, LandscapeLayer total, int color)
    {
        double[] distances = [.. total.Variation.Select(v => v.Distance)];
        yield return new Series(name, distances, [.. total.Variation.Select(v => v.EvenMeanSquare)], SeriesKind.Points,
            color);
        if (total.Even is not { } law)
            yield break;
        double[] fitted = [.. distances.Where(d => d >= 0.999 * law.From && d <= 1.001 * law.To)];
        yield return new Series($"σ to the power {law.Exponent:F2}", fitted, [.. fitted.Select(law.At)],
            SeriesKind.Dashed, color);
    }

    private static IEnumerable<Series> Losses(string name, LandscapeLine line)
    {
        double[] steps = [.. line.Points.Select(p => p.Steps)], predicted = [.. line.Points.Select(p => p.Predicted)];
        yield return new Series("quadratic ± glass", steps, predicted, SeriesKind.Band, 1)
        {
            Band = [.. line.Points.Select(p => p.GlassBand + p.QuadraticBand)],
        };
        yield return new Series($"true loss, {name}", steps, [.. line.Points.Select(p => p.Loss)], SeriesKind.Line, 0);
        yield return new Series("quadratic", steps, predicted, SeriesKind.Dashed, 6);
    }

    private static IEnumerable<Series> Deviations(string name, LandscapeLine line)
    {
        double[] steps = [.. line.Points.Select(p => p.Steps)], zero = new double[steps.Length];
        yield return new Series("glass, weights together", steps, zero, SeriesKind.Band, 1)
        {
            Band = [.. line.Points.Select(p => p.GlassBand + p.QuadraticBand)],
        };
        yield return new Series("glass, weights independent", steps, zero, SeriesKind.Band, 2)
        {
            Band = [.. line.Points.Select(p => p.IndependentGlassBand)],
        };
        yield return new Series("quadratic's own error", steps, zero, SeriesKind.Band, 6)
        {
            Band = [.. line.Points.Select(p => p.QuadraticBand)],
        };
        yield return new Series($"true loss, {name}", steps, [.. line.Points.Select(p => p.Loss - p.Predicted)],
            SeriesKind.Line, 0);
    }
}
