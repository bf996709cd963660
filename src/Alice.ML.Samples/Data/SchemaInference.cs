namespace Alice.ML.Samples.Data;

/// <summary>Decides from all training rows what each column is used as, and says what it leaves out.</summary>
internal sealed class SchemaInference(Table table, IReadOnlyList<int> rows, Action<string> note)
{
    /// <summary>The most categories of a text column that get a slot of their own.</summary>
    public const int MaximumCategories = 100;

    /// <summary>Columns, by index, to take as text whatever they hold.</summary>
    public IReadOnlySet<int> AsText { get; init; } = new HashSet<int>();

    /// <summary>Columns, by index, to take as numbers whatever they hold.</summary>
    public IReadOnlySet<int> AsNumber { get; init; } = new HashSet<int>();

    /// <summary>Columns, by index, not to use.</summary>
    public IReadOnlySet<int> Ignored { get; init; } = new HashSet<int>();

    /// <summary>What the label's values mean.</summary>
    public Target Target { get; init; } = Target.Number;

    /// <summary>The schema of the table with the given label column.</summary>
    /// <exception cref="UserException">A column mixes numbers and text, or nothing is left to learn from.</exception>
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
            return TextColumn(column, missing);
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
                $"'{table.Records[found.FirstText].Fields[column]}' in line {table.Records[found.FirstText].Line}: taken as text " +
                $"(--number '{name}' takes the text as missing)");
        return TextColumn(column, missing);
    }

    private ColumnSchema Number(int column, NumberColumn found, bool isAsked)
    {
        var name = table.Names[column];
        found.Describe(table, column, $"column '{name}'", $" (--text '{name}' takes the column as categories)", note);
        if (found.Numbers == rows.Count && IsConstant(column, found.Mark))
            return Ignore(name, "has the same value everywhere");
        return !isAsked && Identifiers.AreIn(table, rows, column)
            ? Ignore(name, $"only numbers the rows, like an identifier (--number '{name}' uses it)")
            : new ColumnSchema(name, ColumnKind.Number) { HasMissing = found.Numbers < rows.Count, DecimalMark = found.Mark };
    }

    private bool IsConstant(int column, char mark)
    {
        float Value(int row) => NumberText.TryRead(table.Records[row].Fields[column], mark, out var value) ? value : float.NaN;
        var first = Value(rows[0]);
        return rows.All(r => Value(r) == first);
    }

    private ColumnSchema TextColumn(int column, int missing)
    {
        var name = table.Names[column];
        var counts = rows.Select(r => table.Records[r].Fields[column]).Where(f => f != "").CountBy(f => f).ToArray();
        if (counts.Length == 1 && missing == 0)
            return Ignore(name, "has the same value everywhere");
        if (counts.Length > MaximumCategories && counts.Length > (rows.Count - missing) / 2)
            return Ignore(name, $"is text with {counts.Length} different values in {rows.Count - missing} rows, " +
                "like an identifier");
        if (counts.Length > MaximumCategories)
            note($"column '{name}' has {counts.Length} different texts: the {MaximumCategories} most frequent are " +
                "encoded, the others count as none of these");
        var categories = counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Take(MaximumCategories).Select(c => c.Key).ToArray();
        return new ColumnSchema(name, ColumnKind.Text) { HasMissing = missing > 0, Categories = categories };
    }

    private ColumnSchema Ignore(string name, string why)
    {
        note($"column '{name}' {why}: ignored");
        return new ColumnSchema(name, ColumnKind.Ignored);
    }
}
