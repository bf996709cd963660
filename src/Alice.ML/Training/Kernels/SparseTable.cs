using System.Runtime.InteropServices;

namespace Alice.ML.Training.Kernels;

/// <summary>
/// Rows of standardised columns as the values that were not zero before, row after row. A zero may have become another number: its column's
/// <see cref="Zeros"/>, from which the values are counted.
/// </summary>
internal sealed unsafe class SparseTable
{
    private readonly long[] _starts;
    private readonly int[] _columns;
    private readonly float[] _values;
    private readonly float* _firstValue;
    private readonly int* _firstColumn;

    /// <param name="rows">The values that are not zero, before standardisation.</param>
    /// <param name="standardization">Standardisation of the columns.</param>
    public SparseTable(IReadOnlyList<SparseRow> rows, Standardization standardization)
    {
        Columns = standardization.Mean.Length;
        _starts = new long[rows.Count + 1];
        for (var row = 0; row < rows.Count; row++)
            _starts[row + 1] = _starts[row] + rows[row].Indices.Length;
        _columns = GC.AllocateUninitializedArray<int>(checked((int)_starts[^1] + 1), pinned: true);
        _values = GC.AllocateUninitializedArray<float>(_columns.Length, pinned: true);
        _firstColumn = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_columns, 0);
        _firstValue = (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_values, 0);
        for (var row = 0; row < rows.Count; row++)
        {
            rows[row].Indices.CopyTo(_columns, _starts[row]);
            for (var k = 0; k < rows[row].Indices.Length; k++)
                _values[_starts[row] + k] = (float)(rows[row].Values[k] * standardization.Scale[rows[row].Indices[k]]);
        }
        Zeros = [.. Enumerable.Range(0, Columns)
            .Select(column => (column, (float)(-standardization.Mean[column] * standardization.Scale[column])))
            .Where(zero => zero.Item2 != 0)];
    }

    public int Columns { get; }

    /// <summary>What a zero became, in the columns where it is no zero.</summary>
    public (int Column, float Value)[] Zeros { get; }

    /// <summary>The stored values of a row, less their columns' zeros.</summary>
    public SparseSlice Row(int row) => new(_firstValue + _starts[row], _firstColumn + _starts[row], (int)(_starts[row + 1] - _starts[row]));
}

/// <summary>The stored values of a row and their columns.</summary>
internal readonly unsafe struct SparseSlice(float* values, int* columns, int length)
{
    public readonly float* Values = values;
    public readonly int* Columns = columns;
    public readonly int Length = length;
}
