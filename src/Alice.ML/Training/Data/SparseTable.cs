using System.Runtime.InteropServices;

namespace Alice.ML.Training.Data;

/// <summary>Columns in which most rows have the same, usual value. Stored are, row by row, the other values minus the
/// usual one, with their columns. For text, the usual value is the standardized zero. For a dense table it is the value
/// of most rows, as in slots of one-hot columns.</summary>
internal sealed unsafe class SparseTable
{
    private readonly long[] _starts;
    private readonly int[] _columns;
    private readonly float[] _values;
    private readonly float* _firstValue;
    private readonly int* _firstColumn;

    /// <param name="starts">For each row, the position of its first value. The last entry is the number of
    /// values.</param>
    /// <param name="usual">Usual values other than 0.</param>
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

    /// <summary>Creates a table of text rows.</summary>
    /// <param name="rows">The nonzero values, before standardization.</param>
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

    /// <summary>Creates a table of some columns of a dense table.</summary>
    /// <param name="features">The table.</param>
    /// <param name="rows">Number of rows, from the first.</param>
    /// <param name="columns">The columns, with their usual values and their numbers in the new table.</param>
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

    /// <summary>Usual values other than 0.</summary>
    public (int Column, float Value)[] Usual { get; }

    /// <summary>The stored values of a row.</summary>
    public SparseSlice Row(int row) =>
        new(_firstValue + _starts[row], _firstColumn + _starts[row], (int)(_starts[row + 1] - _starts[row]));
}

/// <summary>The stored values of a row, with their columns.</summary>
internal readonly unsafe struct SparseSlice(float* values, int* columns, int length)
{
    public readonly float* Values = values;
    public readonly int* Columns = columns;
    public readonly int Length = length;
}
