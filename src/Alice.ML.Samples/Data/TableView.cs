using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Samples.Data;

/// <summary>
/// Rows of a table as ML.NET sees them: the label as its task takes it; each number as Single, NaN where missing; each
/// category as text, empty where missing. Columns keep their names from the training file.
/// </summary>
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

    /// <summary>The chosen rows of a table, read as a model's schema says.</summary>
    /// <param name="table">The file.</param>
    /// <param name="rows">Which of its rows, from 0.</param>
    /// <param name="schema">What the columns are used as.</param>
    /// <param name="withLabel">Whether the file must hold the label; otherwise it is missing in every row.</param>
    /// <exception cref="UserException">A column is missing, or a field of a number column is text.</exception>
    public static TableView Create(Table table, IReadOnlyList<int> rows, TableSchema schema, bool withLabel)
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
            else
            {
                builder.AddColumn(column.Name, NumberDataViewType.Single);
                columns.Add(Numbers(table, rows, place!.Value, column.Name));
            }
        }
        return new TableView(builder.ToSchema(), [.. columns], rows.Count);
    }

    /// <summary>
    /// The label as the trainer of its task takes it: Single; Boolean, true for the second class; or a key whose
    /// values are the classes. Missing: NaN, false or the missing key.
    /// </summary>
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

    /// <summary>A column of numbers, NaN where missing.</summary>
    public static float[] Numbers(Table table, IReadOnlyList<int> rows, int column, string name)
    {
        var numbers = new float[rows.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            var (line, fields) = table.Records[rows[i]];
            if (fields[column] == "")
                numbers[i] = float.NaN;
            else if (!FormatDetection.TryNumber(fields[column], out numbers[i]))
                throw new UserException($"{table.Path}, line {line}: column '{name}' holds '{fields[column]}' where " +
                    $"a number is needed; mend it, or give --missing '{fields[column]}' if it means 'no value'");
        }
        return numbers;
    }

    public long? GetRowCount() => RowCount;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded.Select(c => c.Index).ToHashSet());

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(TableView view, HashSet<int> active) : DataViewRowCursor
    {
        private int _position = -1;

        public override long Position => _position;

        public override long Batch => 0;

        public override DataViewSchema Schema => view.Schema;

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override bool MoveNext()
        {
            if (_position + 1 < view.RowCount)
            {
                _position++;
                return true;
            }
            _position = -1;
            return false;
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() =>
            (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (!IsColumnActive(column))
                throw new InvalidOperationException($"column '{column.Name}' was not asked for when the cursor was " +
                    "made");
            if (view._columns[column.Index] is not TValue[] values)
                throw new InvalidOperationException($"column '{column.Name}' is {column.Type}, not " +
                    $"{typeof(TValue).Name}");
            return (ref TValue value) => value = values[_position];
        }
    }
}
