using System.Globalization;
using System.Text;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Tables and figures of the reports.</summary>
internal static class Markdown
{
    /// <summary>What stands for a figure that there is not.</summary>
    public const string None = "–";

    /// <summary>A table of Markdown.</summary>
    public static void Table(
        StringBuilder text, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        foreach (var row in rows.Prepend([.. headings.Select(_ => "---")]).Prepend(headings))
            text.Append($"| {string.Join(" | ", row)} |\n");
    }

    /// <summary>Four digits, and as many decimals of the standard error.</summary>
    public static string Text(Estimate estimate, bool signed = false)
    {
        if (double.IsNaN(estimate.Mean))
            return None;
        var size = Math.Max(Math.Abs(estimate.Mean), signed ? estimate.StandardError : 0);
        var decimals = size > 0 ? Math.Clamp(3 - (int)Math.Floor(Math.Log10(size)), 0, 6) : 4;
        var format = "F" + decimals.ToString(CultureInfo.InvariantCulture);
        var mean = estimate.Mean.ToString(format, CultureInfo.InvariantCulture);
        return (signed && estimate.Mean > 0 ? "+" : "") + mean
            + (double.IsNaN(estimate.StandardError) ? ""
                : " ± " + estimate.StandardError.ToString(format, CultureInfo.InvariantCulture));
    }

    /// <summary>A ratio from its logarithm, whose standard error is that of the ratio over the ratio.</summary>
    public static string Ratio(Estimate logarithm)
    {
        var ratio = Math.Exp(logarithm.Mean);
        return Decimals(ratio) + (
            double.IsNaN(logarithm.StandardError) ? "" : $" ± {Decimals(logarithm.StandardError * ratio)}");
    }

    /// <summary>The geometric mean of ratios; those that are 0 or infinite, of an error of 0, are left out and
    /// counted.</summary>
    public static string MeanRatio(IEnumerable<Estimate> logarithms)
    {
        var all = logarithms.ToList();
        var finite = all.Where(ratio => double.IsFinite(ratio.Mean)).ToList();
        return (finite.Count == 0 ? None : Ratio(Estimate.MeanOf(finite)))
            + (finite.Count < all.Count ? $" (without {Count(all.Count - finite.Count)})" : "");
    }

    public static string Decimals(double value) =>
        double.IsNaN(value) ? None : value.ToString("F3", CultureInfo.InvariantCulture);

    public static string Count(int value) => value.ToString(CultureInfo.InvariantCulture);
}
