using System.Globalization;

namespace Alice.ML.Benchmarks.Report;

/// <summary>Figures as the report shows them: three significant digits and a unit.</summary>
internal static class Figures
{
    public static string Number(double value) => value switch
    {
        0 => "0",
        _ when Math.Abs(value) >= 100 => value.ToString("N0", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };

    /// <summary>Three significant digits, with zeros at the end, so that the numbers of a column are alike.</summary>
    public static string Digits(double value)
    {
        var decimals = value == 0 ? 2 : 2 - (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return decimals > 4 ? Power(value)
            : Math.Round(value, Math.Clamp(decimals, 0, 4))
                .ToString($"F{Math.Clamp(decimals, 0, 4)}", CultureInfo.InvariantCulture);
    }

    /// <summary>Two significant digits and a power of ten, such as 3.6e-5.</summary>
    public static string Power(double value) => value.ToString("0.#e0", CultureInfo.InvariantCulture);

    public static string Time(double seconds) => seconds switch
    {
        < 1e-6 => $"{Number(seconds * 1e9)} ns",
        < 1e-3 => $"{Number(seconds * 1e6)} µs",
        < 1 => $"{Number(seconds * 1e3)} ms",
        _ => $"{Number(seconds)} s",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 1e4 => $"{Number(bytes)} B",
        < 1e6 => $"{Number(bytes / 1e3)} kB",
        _ => $"{Number(bytes / 1e6)} MB",
    };

    public static string Bandwidth(double bytesPerSecond) => $"{Number(bytesPerSecond / 1e9)} GB/s";

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
