namespace Alice.ML.Samples.Data;

/// <summary>Decides from all training rows what each column is used as, and says what it leaves out.</summary>
internal sealed class SchemaInference(Table table, IReadOnlyList<int> rows, Action<string> note)
{
    /// <summary>The most categories of a text column that get a slot of their own.</summary>
    public const int MaximumCategories = 100;

    /// <summary>
    /// A column with some text is a mistake rather than text when more than this share of it is numbers.
    /// </summary>
    public const double NumberShare = 0.9;

    /// <summary>Columns, by index, to take as text whatever they hold.</summary>
    public IReadOnlySet<int> AsText { get; init; } = new HashSet<int>();

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
        var (numbers, missing, texts, firstText) = (0, 0, 0, -1);
        foreach (var row in rows)
        {
            var field = table.Records[row].Fields[column];
            if (field == "")
                missing++;
            else if (FormatDetection.IsNumber(field))
                numbers++;
            else
            {
                texts++;
                firstText = firstText < 0 ? row : firstText;
            }
        }
        if (missing == rows.Count)
            return Ignore(name, "has no values");
        if (AsText.Contains(column))
            return TextColumn(column, missing);
        if (texts == 0)
            return Constant(column) ? Ignore(name, "has the same value everywhere")
                : new ColumnSchema(name, ColumnKind.Number) { HasMissing = missing > 0 };
        var (line, fields) = table.Records[firstText];
        if (FormatDetection.IsNumber(fields[column].Replace(',', '.')))
            throw new UserException($"{table.Path}, line {line}: column '{name}' holds '{fields[column]}'; write " +
                $"numbers with a decimal point and no thousands separators, or give --text '{name}' if the column " +
                "is a category");
        if (numbers > NumberShare * (numbers + texts))
        {
            throw new UserException($"{table.Path}, line {line}: column '{name}' holds '{fields[column]}', and " +
                $"numbers in {numbers} other rows; mend it, give --missing '{fields[column]}' if it means 'no " +
                $"value', or --text '{name}' if the column is a category");
        }
        return TextColumn(column, missing);
    }

    private bool Constant(int column)
    {
        var first = table.Records[rows[0]].Fields[column];
        return rows.All(r => table.Records[r].Fields[column] == first);
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
