using Alice.ML.Tool.Shell;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Data;

/// <summary>Rows of a table as an IDataView: the label in the type of its task; numbers as Single, NaN if missing;
/// categories as text, empty if missing; dates as their parts. Columns have the names of the training file.</summary>
internal sealed class TableView : IDataView
{
    private readonly Array[] _columns;

    private TableView(DataViewSchema schema, Array[] columns, int rowCount)
    {
        (Schema, _columns, RowCount) = (schema, columns, rowCount);
    }

    public DataViewSchema Schema { get; }

    public int RowCount { get; }

    public bool CanShuffle => false;

    /// <summary>Reads rows of a table by the schema of a model.</summary>
    /// <param name="table">The file.</param>
    /// <param name="rows">Numbers of the rows, from 0.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="withLabel">Whether the label is required. If not, it is missing in every row.</param>
    /// <param name="note">Receives the number of fields that are not numbers or dates and count as missing.</param>
    /// <exception cref="UserException">A column is missing.</exception>
    public static TableView Create(
        Table table, IReadOnlyList<int> rows, TableSchema schema, bool withLabel, Action<string>? note = null)
    {
        var places = schema.Locate(table, withLabel);
        var builder = new DataViewSchema.Builder();
        var columns = new List<Array>();
        foreach (var column in schema.Columns.Where(c => c.Kind != ColumnKind.Ignored))
        {
            int? place = places.TryGetValue(column.Name, out var found) ? found : null;
            if (column.Kind == ColumnKind.Label)
                columns.Add(AddLabel(builder, column.Name, schema.Target,
                    place is { } p ? schema.Target.Read(table, rows, p) : null, rows.Count));
            else if (column.Kind == ColumnKind.Text)
            {
                builder.AddColumn(column.Name, TextDataViewType.Instance);
                columns.Add(rows.Select(r => table.Records[r].Fields[place!.Value].AsMemory()).ToArray());
            }
            else if (column.Dates is { } dates)
            {
                foreach (var (part, values) in schema.PartsOf(column)
                    .Zip(Dates(table, rows, place!.Value, dates, note)))
                {
                    builder.AddColumn(part.Name, NumberDataViewType.Single);
                    columns.Add(values);
                }
            }
            else
            {
                builder.AddColumn(column.Name, NumberDataViewType.Single);
                columns.Add(Numbers(table, rows, place!.Value, column.DecimalMark, note));
            }
        }
        return new TableView(builder.ToSchema(), [.. columns], rows.Count);
    }

    /// <summary>Some of the columns, without a copy.</summary>
    public TableView Only(params IReadOnlyCollection<string> names)
    {
        int[] kept = [.. Schema.Where(column => names.Contains(column.Name)).Select(column => column.Index)];
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(kept.Select(index => Schema[index]).Select(column =>
            new DataViewSchema.DetachedColumn(column.Name, column.Type, column.Annotations)));
        return new TableView(builder.ToSchema(), [.. kept.Select(index => _columns[index])], RowCount);
    }

    /// <summary>A copy of some of the rows, in the given order.</summary>
    public TableView Take(IReadOnlyList<int> rows) => new(Schema, [.. _columns.Select(column =>
    {
        var taken = Array.CreateInstance(column.GetType().GetElementType()!, rows.Count);
        for (var i = 0; i < rows.Count; i++)
            Array.Copy(column, rows[i], taken, i, 1);
        return taken;
    })], rows.Count);

    /// <summary>The same rows with numbers in place of a column.</summary>
    /// <param name="name">The column.</param>
    /// <param name="values">For each row one number, or several: then the column is a vector.</param>
    public TableView With(string name, float[][] values)
    {
        var size = values[0].Length;
        var builder = new DataViewSchema.Builder();
        foreach (var column in Schema)
            if (column.Name != name)
                builder.AddColumn(column.Name, column.Type, column.Annotations);
            else if (size == 1)
                builder.AddColumn(name, NumberDataViewType.Single);
            else
                builder.AddColumn(name, new VectorDataViewType(NumberDataViewType.Single, size));
        Array numbers = size == 1 ? values.Select(row => row[0]).ToArray()
            : values.Select(row => new VBuffer<float>(size, row)).ToArray();
        return new TableView(builder.ToSchema(),
            [.. _columns.Select((column, i) => Schema[i].Name == name ? numbers : column)], RowCount);
    }

    /// <summary>Adds the label in the type of its task: Single; Boolean, true for the second class; or a key whose
    /// values are the classes. Missing labels are NaN, false or the missing key.</summary>
    private static Array AddLabel(
        DataViewSchema.Builder builder, string name, Target target, float[]? labels, int rowCount)
    {
        labels ??= [.. Enumerable.Repeat(target.Task == TaskKind.Regression ? float.NaN : -1, rowCount)];
        switch (target.Task)
        {
            case TaskKind.Binary:
                builder.AddColumn(name, BooleanDataViewType.Instance);
                return labels.Select(l => l > 0).ToArray();
            case TaskKind.Multiclass:
                var classes = target.Classes.Select(c => c.AsMemory()).ToArray();
                var annotations = new DataViewSchema.Annotations.Builder();
                annotations.Add<VBuffer<ReadOnlyMemory<char>>>("KeyValues",
                    new VectorDataViewType(TextDataViewType.Instance, classes.Length),
                    (ref VBuffer<ReadOnlyMemory<char>> values) => values = new(classes.Length, classes));
                builder.AddColumn(name, new KeyDataViewType(typeof(uint), classes.Length), annotations.ToAnnotations());
                return labels.Select(l => (uint)(l + 1)).ToArray();
            default:
                builder.AddColumn(name, NumberDataViewType.Single);
                return labels;
        }
    }

    /// <summary>Reads a column of numbers. NaN if missing.</summary>
    public static float[] Numbers(Table table, IReadOnlyList<int> rows, int column, char mark, Action<string>? note)
    {
        mark = table.Format.Decimal ?? mark;
        var numbers = new float[rows.Count];
        var bad = new List<int>();
        for (var i = 0; i < numbers.Length; i++)
        {
            var field = table.Records[rows[i]].Fields[column];
            if (NumberText.TryRead(field, mark, out numbers[i]))
                continue;
            numbers[i] = float.NaN;
            if (!NumberColumn.IsGap(field))
                bad.Add(rows[i]);
        }
        Describe(table, column, bad, rows.Count, "number", note);
        return numbers;
    }

    private static float[][] Dates(
        Table table, IReadOnlyList<int> rows, int column, DateColumn dates, Action<string>? note)
    {
        string[] fields = [.. rows.Select(r => table.Records[r].Fields[column])];
        var parts = dates.Read(fields);
        Describe(table, column, [.. rows.Where((_, i) => float.IsNaN(parts[0][i]) && !NumberColumn.IsGap(fields[i]))],
            rows.Count,
            "date", note);
        return parts;
    }

    private static void Describe(
        Table table, int column, List<int> bad, int rowCount, string what, Action<string>? note)
    {
        if (bad.Count == 0)
            return;
        var (line, fields) = table.Records[bad[0]];
        note?.Invoke($"{table.Path}: {bad.Count} of {rowCount} values of column '{table.Names[column]}' " +
            $"{(bad.Count == 1 ? $"is no {what}" : $"are no {what}s")}, such as '{fields[column]}' in line {line}: "
                + $"taken as missing");
    }

    public long? GetRowCount() => RowCount;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded.Select(c => c.Index).ToHashSet());

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(TableView view, HashSet<int> active)
        : MemoryCursor(view.Schema, view.RowCount, active)
    {
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"column '{column.Name}' was not asked for when the cursor was " +
                    "made");
            if (view._columns[column.Index] is not TValue[] values)
                throw new InvalidOperationException($"column '{column.Name}' is {column.Type}, not " +
                    $"{typeof(TValue).Name}");
            return (ref TValue value) => value = values[Row];
        }
    }
}
