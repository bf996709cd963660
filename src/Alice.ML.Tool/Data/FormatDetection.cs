namespace Alice.ML.Tool.Data;

/// <summary>Detects the separator and the header of a delimited file from its first lines.</summary>
internal static class FormatDetection
{
    private const string Candidates = "\t;|,"; // of two alike not the comma, which may be a decimal mark

    /// <summary>The candidate that splits every row into the same number of fields, more than one. If several do: one
    /// that leaves only numbers ('1,5;2,5'), then the one with most fields, then with most numbers. If none does: the
    /// one whose most common number of fields covers most rows. A comma if nothing separates.</summary>
    public static char Separator(IReadOnlyList<string> rows)
    {
        var best = ',';
        var bestScore = (Share: 0.0, OnlyNumbers: false, Fields: 1, Numbers: 0.0);
        foreach (var candidate in Candidates)
        {
            var fields = rows.Select(r => Fields(r, candidate)).ToArray();
            var commonest = fields.GroupBy(f => f.Length).MaxBy(g => (g.Count(), g.Key))!;
            var numbers = commonest.Average(
                row => row.Count(f => f == "" || NumberText.IsNumber(f)) / (double)row.Length);
            var score = (commonest.Count() / (double)rows.Count, numbers >= NumberColumn.NumberShare, commonest.Key,
                numbers);
            if (commonest.Key > 1 && score.CompareTo(bestScore) > 0)
                (best, bestScore) = (candidate, score);
        }
        return best;
    }

    /// <summary>Whether the first row is a header. It is if it contains an expected name. Otherwise none of its fields
    /// may be a number or a date above dates. In addition, some column below must contain numbers, or, in a table of
    /// texts, none of its fields may appear again below. A missing value such as Na (sodium) may be a name if another
    /// field is a text above numbers.</summary>
    public static bool HasHeader(IReadOnlyList<string[]> rows, FileFormat format, IEnumerable<string>? expectedNames)
    {
        var first = rows[0];
        if (expectedNames is not null && expectedNames.Intersect(first).Any())
            return true;
        if (first.All(f => f == "") || first.Any(NumberText.IsNumber))
            return false;
        var hasMarks = first.Any(f => f != "" && IsMissing(f, format));
        var below = rows.Skip(1).Where(r => r.Length == first.Length).ToArray();
        var columns = Enumerable.Range(0, first.Length)
            .Select(i => below.Select(r => r[i]).Where(f => !IsMissing(f, format)).ToArray()).ToArray();
        if (columns.Index().Any(c => IsDate(first[c.Index]) && c.Item.Any(IsDate)))
            return false;
        if (columns.Index().Any(c => !(hasMarks && IsMissing(first[c.Index], format)) && HoldsNumbers(c.Item)))
            return true;
        return below.Length > 0 && !hasMarks && !first.Where((field, i) => columns[i].Contains(field)).Any();
    }

    /// <summary>Whether a line that looks like a comment is a row: it has as many fields as the rows, more than one,
    /// and a number or nothing wherever they have numbers.</summary>
    public static bool IsRow(string[] fields, IReadOnlyList<string[]> rows, FileFormat format)
    {
        var alike = rows.Where(r => r.Length == fields.Length).ToArray();
        if (fields.Length < 2 || 2 * alike.Length < rows.Count)
            return false;
        int[] numeric =
        [
            .. Enumerable.Range(0, fields.Length)
                .Where(i => HoldsNumbers(
                    [.. alike.Skip(alike.Length > 1 ? 1 : 0).Select(r => r[i]).Where(f => !IsMissing(f, format))])),
        ];
        return numeric.Length > 0 && numeric.All(i => IsMissing(fields[i], format) || NumberText.IsNumber(fields[i]));
    }

    /// <summary>Whether a field is a missing value.</summary>
    public static bool IsMissing(string field, FileFormat format) =>
        field.Length == 0 || format.Missing.Contains(field, StringComparer.OrdinalIgnoreCase);

    private static bool HoldsNumbers(string[] fields)
    {
        var numbers = fields.Count(NumberText.IsNumber);
        return numbers > 0 && numbers >= NumberColumn.NumberShare * fields.Count(f => !NumberColumn.IsGap(f));
    }

    private static bool IsDate(string field) =>
        new DateText(dayFirst: true).TryRead(field, out _) || new DateText(dayFirst: false).TryRead(field, out _);

    /// <summary>Splits a line approximately. Separators inside quotes are ignored.</summary>
    public static string[] Fields(string row, char separator)
    {
        var fields = new List<string>();
        var (start, opened, quoted) = (0, false, false);
        for (var i = 0; i < row.Length; i++)
        {
            if (row[i] == '"' && (opened || row.AsSpan(start, i - start).IsWhiteSpace()))
                (opened, quoted) = (true, !quoted); // a doubled quote closes and opens
            else if (row[i] == separator && !quoted)
            {
                fields.Add(row[start..i].Trim(' ', '"'));
                (start, opened) = (i + 1, false);
            }
        }
        fields.Add(row[start..].Trim(' ', '"'));
        return [.. fields];
    }
}
