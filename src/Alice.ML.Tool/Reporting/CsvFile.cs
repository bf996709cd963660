using System.Globalization;

namespace Alice.ML.Tool.Reporting;

/// <summary>Writes numbers as CSV.</summary>
internal static class CsvFile
{
    /// <summary>Writes a header and rows, in the invariant culture. Texts with commas are quoted.</summary>
    public static void Write(Stream stream, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<object>> rows)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.WriteLine(string.Join(',', header));
        foreach (var row in rows)
            writer.WriteLine(string.Join(',', row.Select(Text)));
    }

    private static string Text(object value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.Contains(',')
            || text.Contains('"') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
