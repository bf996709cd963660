using Alice.ML.Tool.Shell;
using Alice.ML.Transforms;

namespace Alice.ML.Tool.Data;

/// <summary>Infers the kind of each column from all training rows, and notes what is left out.</summary>
internal sealed class SchemaInference(Table table, IReadOnlyList<int> rows, Action<string> note)
{
    /// <summary>A text column with at most this many values is one-hot encoded. docs/lab/target-encoding.md has a
    /// comparison.</summary>
    public const int MaximumCategories = 30;

    /// <summary>A text column with fewer values than this is never an identifier.</summary>
    public const int LeastIdentifiers = 21;

    /// <summary>In an identifier, less than this share of the rows has a value that occurs again.</summary>
    public const double RepeatedShare = 0.1;

    /// <summary>Indices of columns to treat as text.</summary>
    public IReadOnlySet<int> AsText { get; init; } = new HashSet<int>();

    /// <summary>Indices of columns to treat as numbers.</summary>
    public IReadOnlySet<int> AsNumber { get; init; } = new HashSet<int>();

    /// <summary>Indices of columns to leave out.</summary>
    public IReadOnlySet<int> Ignored { get; init; } = new HashSet<int>();

    /// <summary>Meaning of the labels.</summary>
    public Target Target { get; init; } = Target.Number;

    /// <summary>Infers the schema.</summary>
    /// <exception cref="UserException">A column mixes numbers and text, or no column is left.</exception>
    public TableSchema Infer(int label)
    {
        var columns = table.Names.Select((name, i) =>
            i == label ? new ColumnSchema(name, ColumnKind.Label) :
            Ignored.Contains(i) ? new ColumnSchema(name, ColumnKind.Ignored) : InferColumn(i)).ToArray();
        var schema = new TableSchema(columns, table.HasHeader) { Target = Target };
        if (!schema.Features.Any())
            throw new UserException(columns.Length == 1
                ? $"{table.Path} has one column only (separator: {DelimitedFile.NameOf(table.Separator)}); " +
                    "give --separator if it has more"
                : $"{table.Path}: no column is left to predict {table.Names[label]} from");
        return schema;
    }

    private ColumnSchema InferColumn(int column)
    {
        var name = table.Names[column];
        var missing = rows.Count(r => table.Records[r].Fields[column].Length == 0);
        if (missing == rows.Count)
            return Ignore(name, "has no values");
        if (AsText.Contains(column))
            return TextColumn(column, missing, isAsked: true);
        var (found, isAsked) = (NumberColumn.Examine(table, rows, column), AsNumber.Contains(column));
        if (found.Numbers == 0 && isAsked)
            throw new UserException($"--number {name}: no field of that column in {table.Path} is a number");
        if (isAsked || (found.IsNumber && !DateColumn.AreCompact(table, rows, column)))
            return Number(column, found, isAsked);
        if (DateColumn.Examine(table, rows, column, note) is { } dates)
            return dates.Parts.Count == 0 ? Ignore(name, "has the same value everywhere")
                : new ColumnSchema(name, ColumnKind.Date) { HasMissing = dates.Missing > 0, Dates = dates };
        if (found.Numbers > found.Texts)
            note($"column '{name}' holds numbers in {found.Numbers} rows and text in {found.Texts}, such as " +
                $"'{table.Records[found.FirstText].Fields[column]}' in line {table.Records[found.FirstText].Line}: "
                    + $"taken as text " +
                $"(--number '{name}' takes the text as missing)");
        return TextColumn(column, missing, isAsked: false);
    }

    private ColumnSchema Number(int column, NumberColumn found, bool isAsked)
    {
        var name = table.Names[column];
        found.Describe(table, column, $"column '{name}'", $" (--text '{name}' takes the column as categories)", note);
        if (found.Numbers == rows.Count && IsConstant(column, found.Mark))
            return Ignore(name, "has the same value everywhere");
        return !isAsked && Identifiers.AreIn(table, rows, column)
            ? Ignore(name, $"only numbers the rows, like an identifier (--number '{name}' uses it)")
            : new ColumnSchema(name, ColumnKind.Number)
            {
                HasMissing = found.Numbers < rows.Count,
                DecimalMark = found.Mark
            };
    }

    private bool IsConstant(int column, char mark)
    {
        float Value(int row) =>
            NumberText.TryRead(table.Records[row].Fields[column], mark, out var value) ? value : float.NaN;
        var first = Value(rows[0]);
        return rows.All(r => Value(r) == first);
    }

    /// <summary>Free text is read word by word. Other texts that rarely repeat are identifiers and left out. Few
    /// values are one-hot encoded. More are target encoded, because a slot for each would have few rows to learn
    /// from.</summary>
    private ColumnSchema TextColumn(int column, int missing, bool isAsked)
    {
        var (name, present) = (table.Names[column], rows.Count - missing);
        var counts = rows.Select(r => table.Records[r].Fields[column]).Where(f => f != "").CountBy(f => f).ToArray();
        if (counts.Length == 1 && missing == 0)
            return Ignore(name, "has the same value everywhere");
        if (!isAsked && FreeText.IsIn([.. counts.Select(c => c.Key)], present))
        {
            note($"column '{name}' is free text: its words are scored by a linear model (--text '{name}' takes whole "
                + "texts as categories)");
            return new ColumnSchema(name, ColumnKind.Text) { HasMissing = missing > 0, IsFreeText = true };
        }
        if (counts.Length >= LeastIdentifiers && present - counts.Count(c => c.Value == 1) < RepeatedShare * present)
            return Ignore(name, $"is text with {counts.Length} different values in {present} rows, like an identifier");
        if (counts.Length > MaximumCategories && Target.Classes.Count > TargetEncoder.MaximumClasses)
            return Ignore(name,
                $"has {counts.Length} different texts, too many beside a label of {Target.Classes.Count} classes");
        if (counts.Length > MaximumCategories)
        {
            note($"column '{name}' has {counts.Length} different texts: each is encoded by the labels of its rows");
            return new ColumnSchema(name, ColumnKind.Text) { HasMissing = missing > 0, HasManyValues = true };
        }
        var categories = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Select(c => c.Key).ToArray();
        return new ColumnSchema(name, ColumnKind.Text) { HasMissing = missing > 0, Categories = categories };
    }

    private ColumnSchema Ignore(string name, string why)
    {
        note($"column '{name}' {why}: ignored");
        return new ColumnSchema(name, ColumnKind.Ignored);
    }
}
