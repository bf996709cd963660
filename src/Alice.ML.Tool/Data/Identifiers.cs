using System.Text.RegularExpressions;

namespace Alice.ML.Tool.Data;

/// <summary>Detects whole numbers that identify rows and carry no information about them.</summary>
internal static partial class Identifiers
{
    /// <summary>Whether a column contains identifiers: its name is that of an identifier and its values are different
    /// whole numbers, or it has no name and counts the rows. A running number with another name may be a time, so it is
    /// kept.</summary>
    public static bool AreIn(Table table, IReadOnlyList<int> rows, int column)
    {
        var name = table.Names[column];
        var isNameless = table.HasHeader
            && (name == $"column{column + 1}" || name.StartsWith("Unnamed:", StringComparison.Ordinal));
        if (rows.Count < 2 || !(isNameless || AnyCaseName().IsMatch(name) || CamelName().IsMatch(name)))
            return false;
        var (seen, offsets) = (new HashSet<long>(), new HashSet<long>());
        foreach (var row in rows)
        {
            if (!long.TryParse(table.Records[row].Fields[column], out var number) || !seen.Add(number))
                return false;
            offsets.Add(number - row);
        }
        return !isNameless || offsets.Count == 1;
    }

    [GeneratedRegex(@"^(#|no|nr|idx|index|row|rownames|obs|observation|serial|s\.?no|sr\.?no)\.?$" +
        @"|^(row|record|serial)[ _.-]?(no|nr|num|number|id)\.?$" +
        @"|(^|[ _.-])(id|uid|guid|uuid|pk)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnyCaseName();

    [GeneratedRegex(@"[a-z](Id|ID)$")]
    private static partial Regex CamelName();
}
