using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Data;

/// <summary>Goes through the rows of a view in memory, from the first to the last.</summary>
/// <param name="schema">Schema of the view.</param>
/// <param name="rows">How many rows it has.</param>
/// <param name="active">Columns that were asked for.</param>
internal abstract class MemoryCursor(DataViewSchema schema, int rows, HashSet<int> active) : DataViewRowCursor
{
    private int _position = -1;

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema => schema;

    /// <summary>The row; −1 before the first and after the last.</summary>
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
