using System.Globalization;

namespace Alice.ML.Tool.Reporting;

/// <summary>Writes the numbers behind a picture.</summary>
internal static class CsvFile
{
    /// <summary>Writes a header and rows; numbers with a decimal point, texts quoted where they hold a comma.</summary>
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
