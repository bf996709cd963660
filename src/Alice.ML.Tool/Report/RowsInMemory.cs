using System.Reflection;
using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Report;

/// <summary>Rows in memory. A factor can be shown with values from other rows.</summary>
internal sealed class RowsInMemory : IDataView
{
    private readonly Array[] _columns;
    private readonly int[] _order;
    private readonly Factor? _factor;
    private readonly int[] _source;

    private RowsInMemory(DataViewSchema schema, Array[] columns, int[] order, Factor? factor, int[] source) =>
        (Schema, _columns, _order, _factor, _source) = (schema, columns, order, factor, source);

    public DataViewSchema Schema { get; }

    public int Count => _order.Length;

    public bool CanShuffle => false;

    public long? GetRowCount() => Count;

    /// <summary>Reads rows.</summary>
    /// <param name="data">The data.</param>
    /// <param name="rows">Numbers of the rows, from 0. Null: all.</param>
    /// <param name="only">Names of columns. None: all that are not hidden.</param>
    public static RowsInMemory Read(IDataView data, IReadOnlySet<int>? rows, params string[] only)
    {
        DataViewSchema.Column[] columns =
            [.. data.Schema.Where(c => !c.IsHidden && (only.Length == 0 || only.Contains(c.Name)))];
        var builder = new DataViewSchema.Builder();
        foreach (var column in columns)
            builder.AddColumn(column.Name, column.Type, column.Annotations);
        using var cursor = data.GetRowCursor(columns);
        var readers = columns.Select(c => Reader.Of(cursor, c)).ToArray();
        var count = 0;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            if (rows?.Contains(row) == false)
                continue;
            count++;
            foreach (var reader in readers)
                reader.Read();
        }
        return new RowsInMemory(
            builder.ToSchema(), [.. readers.Select(r => r.Values)], [.. Enumerable.Range(0, count)], null, []);
    }

    /// <summary>The values of a column.</summary>
    public Array Column(int index) => _columns[index];

    /// <summary>A view of some rows, possibly repeated, in which a factor has values from other rows.</summary>
    /// <param name="rows">Indices of the rows.</param>
    /// <param name="factor">The factor to replace.</param>
    /// <param name="source">For each row, the row that its value comes from.</param>
    public RowsInMemory With(int[] rows, Factor factor, int[] source) => new(Schema, _columns, rows, factor, source);

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new Cursor(this, columnsNeeded.Select(c => c.Index).ToHashSet());

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];

    private abstract class Reader
    {
        private static readonly MethodInfo _create =
            typeof(Reader).GetMethod(nameof(Create), BindingFlags.NonPublic | BindingFlags.Static)!;

        public abstract Array Values { get; }

        public abstract void Read();

        public static Reader Of(DataViewRow row, DataViewSchema.Column column) =>
            (Reader)_create.MakeGenericMethod(column.Type.RawType).Invoke(null, [row, column])!;

        private static Reader<T> Create<T>(DataViewRow row, DataViewSchema.Column column) =>
            new(row.GetGetter<T>(column));
    }

    private sealed class Reader<T>(ValueGetter<T> get) : Reader
    {
        private readonly List<T> _values = [];

        public override Array Values => _values.ToArray();

        public override void Read()
        {
            // A new value each time, because rows must not share a vector's buffer.
            T value = default!;
            get(ref value);
            _values.Add(value);
        }
    }

    private sealed class Cursor(RowsInMemory view, HashSet<int> active)
        : MemoryCursor(view.Schema, view.Count, active)
    {
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            var values = (TValue[])view._columns[column.Index];
            if (view._factor?.Column != column.Index)
                return (ref TValue value) => value = values[view._order[Row]];
            if (view._factor.Slot is not { } slot)
                return (ref TValue value) => value = values[view._source[Row]];
            var vectors = (VBuffer<float>[])(object)values;
            return (ValueGetter<TValue>)(Delegate)new ValueGetter<VBuffer<float>>((ref VBuffer<float> value) =>
            {
                var own = vectors[view._order[Row]].DenseValues().ToArray();
                own[slot] = vectors[view._source[Row]].GetItemOrDefault(slot);
                value = new VBuffer<float>(own.Length, own);
            });
        }
    }
}
