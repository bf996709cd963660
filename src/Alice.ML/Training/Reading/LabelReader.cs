using Alice.ML.Models;
using Alice.ML.Training.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Reading;

/// <summary>Reads the labels of the current row of a cursor: a number or a vector.</summary>
internal sealed class LabelReader
{
    private readonly DataViewSchema.Column _column;
    private readonly Action<float[]> _read;
    private readonly float[] _values;
    private readonly long[] _missing;

    public LabelReader(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        _column = column;
        _values = new float[Count(column)];
        _missing = new long[_values.Length];
        _read = column.Type is not VectorDataViewType { ItemType: var item } ? Scalar(cursor, column)
            : item == BooleanDataViewType.Instance ? Flags(cursor, column)
            : Numbers(cursor, column);
    }

    /// <summary>Number of labels per row of a column.</summary>
    public static int Count(DataViewSchema.Column column) => (column.Type as VectorDataViewType)?.Size ?? 1;

    /// <summary>The labels of the last row. NaN if missing or infinite.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Reads a row.</summary>
    /// <returns>Whether the row has a known label.</returns>
    public bool Read()
    {
        _read(_values);
        var known = 0;
        foreach (ref var value in _values.AsSpan())
            if (float.IsFinite(value))
                known++;
            else
                value = float.NaN;
        return known > 0;
    }

    /// <summary>Counts the missing labels of a row that is kept.</summary>
    public void CountMissing()
    {
        for (var label = 0; label < _values.Length; label++)
            _missing[label] += float.IsNaN(_values[label]) ? 1 : 0;
    }

    /// <summary>Reports missing labels.</summary>
    public void Report(IChannel channel)
    {
        if (_missing.All(count => count == 0))
            return;
        string[] counts = [.. LabelNames.Of(_column).Zip(_missing).Where(label => label.Second > 0)
            .Select(label => $"'{label.First}' ({label.Second:N0})")];
        channel.Warning("Missing or infinite labels are left out of the loss; the other labels of their rows are "
            + $"learned: {ColumnReport.List(counts)}.");
    }

    private static Action<float[]> Scalar(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var get = RowCursorUtils.GetLabelGetter(cursor, column.Index);
        return into => get(ref into[0]);
    }

    private static Action<float[]> Numbers(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var get = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> values = default;
        return into =>
        {
            get(ref values);
            values.CopyTo(into);
        };
    }

    private static Action<float[]> Flags(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var get = cursor.GetGetter<VBuffer<bool>>(column);
        VBuffer<bool> values = default;
        return into =>
        {
            get(ref values);
            Array.Clear(into);
            foreach (var (label, isTrue) in values.Items())
                into[label] = isTrue ? 1 : 0;
        };
    }
}
