using System.Collections.Frozen;

namespace Alice.ML.Tool.Data;

/// <summary>The fields of a column, counted by what they are when read as numbers.</summary>
/// <param name="Mark">The decimal mark: a point or a comma.</param>
/// <param name="Numbers">Number of fields that are numbers.</param>
/// <param name="Missing">Number of fields that are empty or mean 'no value', such as '-'.</param>
/// <param name="Texts">Number of other fields.</param>
internal sealed record NumberColumn(char Mark, int Numbers, int Missing, int Texts)
{
    /// <summary>A column is numeric if at least this share of its present values are numbers.</summary>
    public const double NumberShare = 0.95;

    /// <summary>One text that recurs among more different numbers than this counts as missing, however frequent it
    /// is.</summary>
    public const int ManyNumbers = 20;

    /// <summary>Missing values in numeric columns, in addition to those of all columns.</summary>
    private static readonly FrozenSet<string> _marks = FrozenSet.ToFrozenSet(
    [
        "-", "--", "---", "–", "—", ".", "..", "...", "none", "nil", "n.d.", "nd", "missing", "unknown", "(blank)",
            "#DIV/0!", "#VALUE!",
        "#REF!", "#NUM!", "#NAME?", "inf", "-inf", "+inf", "infinity", "-infinity", "∞", "-∞", "-nan", "-nan(ind)",
        "nan(ind)",
    ], StringComparer.OrdinalIgnoreCase);

    private string? _firstGap;
    private string? _ambiguous;

    /// <summary>The row of the first text. −1 if there is none.</summary>
    public int FirstText { get; private init; } = -1;

    /// <summary>Whether the column is numeric.</summary>
    public bool IsNumber => Numbers > 0 && Numbers >= NumberShare * (Numbers + Texts);

    /// <summary>Whether a field in a numeric column is a missing value.</summary>
    public static bool IsGap(string field) => field.Length == 0 || _marks.Contains(field);

    /// <summary>Examines the fields of a column in some rows.</summary>
    public static NumberColumn Examine(Table table, IReadOnlyList<int> rows, int column)
    {
        var (mark, ambiguous) = DecimalMark(table, rows, column);
        var (numbers, missing, texts, firstText, firstGap) = (0, 0, 0, -1, (string?)null);
        foreach (var row in rows)
        {
            var field = table.Records[row].Fields[column];
            if (field.Length > 0 && NumberText.TryRead(field, mark, out _))
                numbers++;
            else if (IsGap(field))
            {
                missing++;
                firstGap ??= field.Length > 0 ? field : null;
            }
            else
            {
                texts++;
                firstText = firstText < 0 ? row : firstText;
            }
        }
        var found = new NumberColumn(mark, numbers, missing, texts)
        {
            FirstText = firstText,
            _firstGap = firstGap,
            _ambiguous = ambiguous,
        };
        return !found.IsNumber && numbers > texts && IsOneText(table, rows, column, found)
            ? found with { Missing = missing + texts, Texts = 0, _firstGap = table.Records[firstText].Fields[column] }
            : found;
    }

    /// <summary>Notes decisions that the user may not expect.</summary>
    /// <param name="table">The file.</param>
    /// <param name="column">Which column.</param>
    /// <param name="what">The column in words.</param>
    /// <param name="remedy">What to do if its texts are correct.</param>
    /// <param name="note">Receives the notes.</param>
    public void Describe(Table table, int column, string what, string remedy, Action<string> note)
    {
        if (_firstGap is not null)
            note($"{what}: '{_firstGap}' stands for a missing number");
        if (Texts > 0)
        {
            var (line, fields) = table.Records[FirstText];
            note($"{what}: {Texts} of {Numbers + Texts} values {(Texts == 1 ? "is no number" : "are no numbers")}, "
                + $"such as " +
                $"'{fields[column]}' in line {line}: taken as missing{remedy}");
        }
        if (_ambiguous is not null && NumberText.TryRead(_ambiguous, Mark, out var value))
            note($"{what}: '{_ambiguous}' is read as {value} (--decimal {(Mark == '.' ? "comma" : "point")} reads "
                + $"it otherwise)");
    }

    /// <summary>The decimal mark: the one that the user gave, otherwise the one that the fields of the column require,
    /// otherwise the one that the file requires, otherwise a point (a comma if semicolons separate the
    /// fields).</summary>
    private static (char Mark, string? Ambiguous) DecimalMark(Table table, IReadOnlyList<int> rows, int column)
    {
        if (table.Format.Decimal is { } given)
            return (given, null);
        var (points, commas, either) = (0, 0, (string?)null);
        foreach (var row in rows)
        {
            var field = table.Records[row].Fields[column];
            switch (NumberText.Evidence(field))
            {
                case MarkEvidence.Point: points++; break;
                case MarkEvidence.Comma: commas++; break;
                case MarkEvidence.Either: either ??= field; break;
            }
        }
        if (points != commas)
            return (points > commas ? '.' : ',', null);
        if (either is null || table.UsualDecimalMark is not null)
            return (table.UsualDecimalMark ?? '.', null);
        var hasComma = either.Contains(',');
        return (hasComma && table.Separator == ';' ? ',' : '.', hasComma ? either : null);
    }

    private static bool IsOneText(Table table, IReadOnlyList<int> rows, int column, NumberColumn found)
    {
        var text = table.Records[found.FirstText].Fields[column];
        var numbers = new HashSet<float>();
        foreach (var row in rows)
        {
            var field = table.Records[row].Fields[column];
            if (NumberText.TryRead(field, found.Mark, out var number))
                numbers.Add(number);
            else if (field != text && !IsGap(field))
                return false;
        }
        return numbers.Count > ManyNumbers;
    }
}
