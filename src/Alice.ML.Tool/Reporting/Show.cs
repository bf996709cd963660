using System.Globalization;

namespace Alice.ML.Tool.Reporting;

/// <summary>Formats numbers for readers.</summary>
internal static class Show
{
    /// <summary>Four significant digits. Large numbers are whole, with commas.</summary>
    public static string Number(double value) => !double.IsFinite(value) ? "not defined"
        : Math.Abs(value) is >= 1000 and < 1e9 ? value.ToString("N0", CultureInfo.InvariantCulture)
        : value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>A count, with commas.</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A share in percent, with one decimal.</summary>
    public static string Share(double value) =>
        double.IsFinite(value) ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} %") : "not defined";

    /// <summary>Seconds.</summary>
    public static string Seconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:F1} s");

    /// <summary>A count with its noun: 1 row, 2 rows.</summary>
    public static string Of(long count, string noun) => $"{Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
