using System.Runtime.InteropServices;

namespace Alice.ML.Training.Data;

/// <summary>Columns in which most rows have the same, usual value: row after row the values that are not it, less it,
/// with their columns. In text it is what standardization makes of zero; in a dense table that of most rows, as in a
/// slot of a one-hot column.
/// </summary>
internal sealed unsafe class SparseTable
{
    private readonly long[] _starts;
    private readonly int[] _columns;
    private readonly float[] _values;
    private readonly float* _firstValue;
    private readonly int* _firstColumn;

    /// <param name="starts">Per row where its values begin; last how many there are.</param>
    /// <param name="usual">Usual values, of columns in which they are not 0.</param>
    private SparseTable(long[] starts, IEnumerable<(int Column, float Value)> usual)
    {
        _starts = starts;
        Usual = [.. usual.Where(column => column.Value != 0)];
        _columns = GC.AllocateUninitializedArray<int>(checked((int)starts[^1] + 1), pinned: true);
        _values = GC.AllocateUninitializedArray<float>(_columns.Length, pinned: true);
        _firstColumn = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_columns, 0);
        _firstValue = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
    }

    /// <summary>Memory of a table.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="stored">Values stored for a row, on average.</param>
    public static long Bytes(int rows, double stored) =>
        (long)(rows * (sizeof(long) + stored * (sizeof(int) + sizeof(float))));

    /// <summary>Rows of text.</summary>
    /// <param name="rows">The values that are not zero, before standardization.</param>
    /// <param name="standardization">Standardization of the columns.</param>
    public static SparseTable Of(IReadOnlyList<SparseRow> rows, Standardization standardization)
    {
        var (mean, scale) = (standardization.Mean, standardization.Scale);
        var starts = new long[rows.Count + 1];
        for (var row = 0; row < rows.Count; row++)
            starts[row + 1] = starts[row] + rows[row].Indices.Length;
        var table = new SparseTable(starts, mean.Select((m, column) => (column, (float)(-m * scale[column]))));
        for (var row = 0; row < rows.Count; row++)
        {
            rows[row].Indices.CopyTo(table._columns, starts[row]);
            for (var k = 0; k < rows[row].Indices.Length; k++)
                table._values[starts[row] + k] = (float)(rows[row].Values[k] * scale[rows[row].Indices[k]]);
        }
        return table;
    }

    /// <summary>Some columns of a dense table.</summary>
    /// <param name="features">The table.</param>
    /// <param name="rows">The first rows, which are meant.</param>
    /// <param name="columns">The columns, with their usual values and the number of each in the new table.</param>
    public static SparseTable Of(DenseFeatures features, int rows, (int Column, float Usual, int Number)[] columns)
    {
        var starts = new long[rows + 1];
        for (var row = 0; row < rows; row++)
        {
            var values = features.Row(row);
            starts[row + 1] = starts[row];
            foreach (var (column, usual, _) in columns)
                if (values[column] != usual)
                    starts[row + 1]++;
        }
        var table = new SparseTable(starts, columns.Select(column => (column.Number, column.Usual)));
        var at = 0;
        for (var row = 0; row < rows; row++)
        {
            var values = features.Row(row);
            foreach (var (column, usual, number) in columns)
                if (values[column] != usual)
                    (table._columns[at], table._values[at++]) = (number, values[column] - usual);
        }
        return table;
    }

    /// <summary>The usual value of each column where it is not 0.</summary>
    public (int Column, float Value)[] Usual { get; }

    /// <summary>The stored values of a row.</summary>
    public SparseSlice Row(int row) =>
        new(_firstValue + _starts[row], _firstColumn + _starts[row], (int)(_starts[row + 1] - _starts[row]));
}

/// <summary>The stored values of a row and their columns.</summary>
internal readonly unsafe struct SparseSlice(float* values, int* columns, int length)
{
    public readonly float* Values = values;
    public readonly int* Columns = columns;
    public readonly int Length = length;
}
