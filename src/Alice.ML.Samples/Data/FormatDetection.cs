using System.Globalization;

namespace Alice.ML.Samples.Data;

/// <summary>Finds the separator and the header of a delimited file from its first lines.</summary>
internal static class FormatDetection
{
    /// <summary>How many lines that hold rows are looked at.</summary>
    public const int SampleRows = 200;

    private const string Candidates = ",\t;";

    /// <summary>
    /// The candidate that splits every row into the same number of fields, more than one; the most fields win. When
    /// none is that regular, the one whose commonest number of fields covers most rows. A comma when nothing separates.
    /// </summary>
    public static char Separator(IReadOnlyList<string> rows)
    {
        var best = ',';
        var bestScore = (Share: 0.0, Fields: 1);
        foreach (var candidate in Candidates)
        {
            var commonest = rows.Select(r => CountFields(r, candidate)).GroupBy(n => n).MaxBy(g => (g.Count(), g.Key))!;
            var score = (Share: commonest.Count() / (double)rows.Count, Fields: commonest.Key);
            if (score.Fields > 1 && score.CompareTo(bestScore) > 0)
                (best, bestScore) = (candidate, score);
        }
        return best;
    }

    /// <summary>
    /// Whether the first row names the columns. It does when it holds a name that is expected; otherwise only when none
    /// of its fields is a number or a mark for 'missing', and either some column below holds numbers only, or, in a
    /// table of texts, none of its fields appears again below it.
    /// </summary>
    public static bool HasHeader(IReadOnlyList<string[]> rows, FileFormat format, IEnumerable<string>? expectedNames)
    {
        var first = rows[0];
        if (expectedNames is not null && expectedNames.Intersect(first).Any())
            return true;
        if (first.All(f => f == "") || first.Any(f => IsNumber(f) || (f != "" && IsMissing(f, format))))
            return false;
        var below = rows.Skip(1).Where(r => r.Length == first.Length).ToArray();
        var columns = Enumerable.Range(0, first.Length)
            .Select(i => below.Select(r => r[i]).Where(f => !IsMissing(f, format)).ToArray()).ToArray();
        if (columns.Any(c => c.Length > 0 && c.All(IsNumber)))
            return true;
        return below.Length > 0 && !first.Where((field, i) => columns[i].Contains(field)).Any();
    }

    /// <summary>Whether a field reads as a finite number, with a point as the decimal mark.</summary>
    public static bool IsNumber(string field) => TryNumber(field, out _);

    /// <summary>Reads a finite number, with a point as the decimal mark and no thousands separators.</summary>
    public static bool TryNumber(string field, out float value) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);

    /// <summary>Whether a field stands for a missing value.</summary>
    public static bool IsMissing(string field, FileFormat format) =>
        field.Length == 0 || format.Missing.Contains(field, StringComparer.OrdinalIgnoreCase);

    private static int CountFields(string row, char separator)
    {
        var (fields, quoted) = (1, false);
        foreach (var c in row)
        {
            if (c == '"')
                quoted = !quoted;
            else if (c == separator && !quoted)
                fields++;
        }
        return fields;
    }
}
