using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Data;

/// <summary>A cursor over the rows of a view in memory, in order.</summary>
/// <param name="schema">Schema of the view.</param>
/// <param name="rows">Number of rows.</param>
/// <param name="active">The requested columns.</param>
internal abstract class MemoryCursor(DataViewSchema schema, int rows, HashSet<int> active) : DataViewRowCursor
{
    private int _position = -1;

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema => schema;

    /// <summary>Index of the current row. −1 before the first row and after the last.</summary>
    protected int Row => _position;

    public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

    public override bool MoveNext()
    {
        _position = _position + 1 < rows ? _position + 1 : -1;
        return _position >= 0;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);
}
