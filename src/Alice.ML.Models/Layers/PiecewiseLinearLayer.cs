using System.Buffers;
using System.Runtime.CompilerServices;
using Alice.ML.Models.Inputs;

namespace Alice.ML.Models.Layers;

/// <summary>
/// The first layer of a network behind a <see cref="PiecewiseLinearEncoder"/>, from the numbers themselves: two
/// multiply-adds for each number and unit, however many bins there are.
/// </summary>
/// <remarks>
/// The units' sums are a piecewise linear function of each number: within a bin that starts at e it is
/// (x − e) · slope + offset, with a vector for each. A table holds both for every bin, and one row of weights for each
/// column that passes as it is. A row of features picks rows of the table, so it is a sparse product. Offsets are
/// relative to that of the middle bin, which is in the biases: so a column of large numbers close together loses no
/// digits.
/// </remarks>
internal sealed class PiecewiseLinearLayer : DenseLayer
{
    private const int StackTerms = 256;

    private readonly PiecewiseLinearEncoder _encoder;
    private readonly WideLayer _table;

    // Rows of the table for columns with bins come first, then those for columns without; −1 for a column with bins.
    private readonly Column[] _binned;
    private readonly int[] _plain;
    private readonly int[] _rowOfPlain;

    public PiecewiseLinearLayer(PiecewiseLinearEncoder encoder, int outputs, ReadOnlySpan<float> weights)
        : base(encoder.InputCount, outputs)
    {
        _encoder = encoder;
        var table = new PiecewiseLinearTable(outputs, weights);
        var (binned, plain) = (new List<Column>(), new List<int>());
        for (var c = 0; c < encoder.InputCount; c++)
            if (encoder.Edges[c].Length == 0)
                plain.Add(c);
            else
                binned.Add(
                    Column.Of(c, encoder.Range(c).Number, table.AddBins(encoder.Edges[c], encoder.Range(c).Number)));
        _rowOfPlain = new int[encoder.InputCount];
        Array.Fill(_rowOfPlain, -1);
        foreach (var column in plain)
            _rowOfPlain[column] = table.AddPlain(encoder.Range(column).Number);
        _binned = [.. binned];
        _plain = [.. plain];
        _table = table.ToLayer();
    }

    public override int InputWidth => Inputs;

    public override int OutputWidth => _table.OutputWidth;

    protected override void MultiplyDense(ReadOnlySpan<float> inputs, Span<float> outputs) =>
        Multiply(inputs, [], isDense: true, outputs);

    protected override void MultiplySparse(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs) =>
        Multiply(values, indices, isDense: false, outputs);

    [SkipLocalsInit]
    private void Multiply(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, bool isDense, Span<float> outputs)
    {
        var most = 2 * _binned.Length + (isDense ? _plain.Length : values.Length);
        var rentedFactors = most > StackTerms ? ArrayPool<float>.Shared.Rent(most) : null;
        var rentedRows = most > StackTerms ? ArrayPool<int>.Shared.Rent(most) : null;
        var factors = rentedFactors is null ? stackalloc float[StackTerms] : rentedFactors;
        var rows = rentedRows is null ? stackalloc int[StackTerms] : rentedRows;

        var count = isDense ? PickDense(values, factors, rows) : PickSparse(values, indices, factors, rows);
        _table.Multiply(factors[..count], rows[..count], outputs);

        if (rentedFactors is not null)
            ArrayPool<float>.Shared.Return(rentedFactors);
        if (rentedRows is not null)
            ArrayPool<int>.Shared.Return(rentedRows);
    }

    private int PickDense(ReadOnlySpan<float> values, Span<float> factors, Span<int> rows)
    {
        var count = 0;
        foreach (ref readonly var column in _binned.AsSpan())
            Pick(in column, values[column.Index], factors, rows, ref count);
        foreach (var c in _plain)
        {
            factors[count] = values[c];
            rows[count++] = _rowOfPlain[c];
        }
        return count;
    }

    // Columns that are not stored are zero.
    private int PickSparse(
        ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> factors, Span<int> rows)
    {
        var count = 0;
        var k = 0;
        foreach (ref readonly var column in _binned.AsSpan())
        {
            while (k < indices.Length && indices[k] < column.Index)
                k++;
            var isStored = k < indices.Length && indices[k] == column.Index;
            Pick(in column, isStored ? values[k] : 0, factors, rows, ref count);
        }
        for (k = 0; k < indices.Length; k++)
            if (_rowOfPlain[indices[k]] is var row and >= 0)
            {
                factors[count] = values[k];
                rows[count++] = row;
            }
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Pick(in Column column, float x, Span<float> factors, Span<int> rows, ref int count)
    {
        var bin = _encoder.Find(column.Index, x);
        var slope = 2 * bin + column.RowShift;
        factors[count] = x - _encoder.Shifts[bin];
        rows[count++] = slope;
        factors[count] = 1;
        rows[count++] = slope + 1;
    }

    /// <summary>A column with bins. The slope of the bin that is feature f is in row 2 f + RowShift, its offset in the
    /// next.</summary>
    private readonly record struct Column(int Index, int RowShift)
    {
        public static Column Of(int index, int number, int firstRow) => new(index, firstRow - 2 * (number + 1));
    }
}
