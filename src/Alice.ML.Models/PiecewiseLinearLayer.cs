using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models;

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

    private readonly WideLayer _table;

    // Rows of the table for columns with bins come first, then those for columns without; −1 for a column with bins.
    private readonly Column[] _binned;
    private readonly int[] _plain;
    private readonly int[] _rowOfPlain;

    // Column after column the edges between its bins, padded to whole vectors, and the start of each bin.
    private readonly float[] _thresholds;
    private readonly float[] _starts;

    public PiecewiseLinearLayer(PiecewiseLinearEncoder encoder, int outputs, ReadOnlySpan<float> weights)
        : base(encoder.InputCount, outputs)
    {
        var table = new PiecewiseLinearTable(outputs, weights);
        var binned = new List<Column>();
        var plain = new List<(int Column, int Feature)>();
        var thresholds = new List<float>();
        var starts = new List<float>();
        var feature = 0;
        for (var c = 0; c < encoder.InputCount; c++)
        {
            var edges = encoder.Edges[c];
            if (edges.Length == 0)
            {
                plain.Add((c, feature));
            }
            else
            {
                var vectors = RoundUp(edges.Length - 2, Lanes) / Lanes;
                binned.Add(new Column(c, table.AddBins(edges, feature), thresholds.Count, starts.Count, vectors));
                thresholds.AddRange(edges[1..^1]);
                while (thresholds.Count % Lanes != 0)
                    thresholds.Add(float.PositiveInfinity);
                starts.AddRange(edges[..^1]);
            }
            feature += PiecewiseLinearEncoder.FeaturesOf(edges);
        }

        _rowOfPlain = new int[encoder.InputCount];
        Array.Fill(_rowOfPlain, -1);
        foreach (var (column, at) in plain)
            _rowOfPlain[column] = table.AddPlain(at);
        _binned = [.. binned];
        _plain = [.. plain.Select(p => p.Column)];
        _thresholds = [.. thresholds];
        _starts = [.. starts];
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
        // The bin is the number of thresholds below x. The padding, ∞, never is; nor is any below NaN.
        var bin = 0;
        var broadcast = Vector512.Create(x);
        for (var v = 0; v < column.ThresholdVectors; v++)
        {
            var thresholds = Vector512.LoadUnsafe(ref _thresholds[column.FirstThreshold + v * Lanes]);
            bin += BitOperations.PopCount(Vector512.GreaterThan(broadcast, thresholds).ExtractMostSignificantBits());
        }
        factors[count] = x - _starts[column.FirstStart + bin];
        rows[count++] = column.FirstRow + 2 * bin;
        factors[count] = 1;
        rows[count++] = column.FirstRow + 2 * bin + 1;
    }

    /// <summary>A column with bins. The slope of bin b is in row FirstRow + 2 b, its offset in the next.</summary>
    private readonly record struct Column(
        int Index, int FirstRow, int FirstThreshold, int FirstStart, int ThresholdVectors);
}
