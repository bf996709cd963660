using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Inputs;

namespace Alice.ML.Training.Kernels;

/// <summary>A first layer of numbers with their bins. Bins below that of a number are full and those above it empty, so
/// running sums over the bins replace most of the products: two multiplications a number and unit are left, however
/// many bins there are.
/// </summary>
internal sealed unsafe class BinnedLayer<V> : KernelLayer<V> where V : struct, IFloats<V>
{
    private readonly EncodedColumns _encoding;
    private readonly int[] _columns;

    // Per column the feature that is its number.
    private readonly int[] _numbers;

    // Bias, and what usual values of sparse columns add; null where there are none.
    private readonly float* _shared;
    private readonly RowsAt _perBin;
    private readonly float* _padded;
    private readonly float* _paddedGradient;
    private RowsAt _weights;
    private RowsAt _sparseWeights;

    /// <param name="place">Size of the layer, whose inputs are the features of the encoding, and its place in the
    /// weights.</param>
    /// <param name="encoding">The features of all columns.</param>
    /// <param name="columns">Columns with bins, and others that are numbers; the rest is sparse. Null: all.</param>
    /// <param name="rows">Rows that there is room for.</param>
    /// <param name="memory">Gives the work memory.</param>
    public BinnedLayer(LayerPlace place, EncodedColumns encoding, int[]? columns, int rows, WorkMemory memory)
        : base(place, rows, memory)
    {
        _encoding = encoding;
        _columns = columns ?? [.. Enumerable.Range(0, encoding.Columns)];
        _numbers = [.. _columns.Select(column => encoding.Range(column).Number)];
        if (columns is not null)
            _shared = memory.Allocate(Width);
        _perBin = new RowsAt(memory.Allocate((Inputs + 1L) * Width), Width);
        if (!IsWhole)
        {
            _padded = memory.Allocate((long)Inputs * Width);
            _paddedGradient = memory.Allocate((long)Inputs * Width);
        }
    }

    public override void Load(float* weights)
    {
        base.Load(weights);
        _sparseWeights = new RowsAt(weights, Outputs);
        if (!IsWhole)
            Packing<V>.Pad(weights, Inputs, Outputs, _padded, Width);
        _weights = new RowsAt(IsWhole ? weights : _padded, Width);
    }

    public override void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor)
    {
        if (_shared != null && firstRow == 0)
            SparseProducts<V>.AddUsual(batch.Sparse!, _sparseWeights, Bias, _shared, Outputs, Width);
        SumBins(_encoding, _columns, _weights, _shared == null ? Bias : _shared, _perBin, Width);
        var start = new RowsAt(_perBin[_encoding.Features], 0);
        if (_shared != null)
        {
            SparseProducts<V>.Gather(
                batch.Sparse!, batch.SparseRows + firstRow, rows, _sparseWeights, start.At, Values, Outputs, Width,
                float.NegativeInfinity);
            start = Values;
        }
        for (var row = 0; row < rows; row++)
        {
            nint u = 0;
            for (; u + 4 * V.Count <= Width; u += 4 * V.Count)
                FourVectors(_numbers, batch.Binned, firstRow + row, _weights, _perBin, u, start[row] + u,
                    Values[row] + u, floor);
            for (; u < Width; u += V.Count)
                OneVector(_numbers, batch.Binned, firstRow + row, _weights, _perBin, u, start[row] + u, Values[row] + u,
                    floor);
        }
    }

    public override void FinishGradient()
    {
        if (IsWhole)
            return;
        foreach (var column in _columns)
        {
            var (number, end) = _encoding.Range(column);
            Packing<V>.Unpad(_paddedGradient + number * Width, Width, end - number, Outputs,
                Gradient + number * Outputs, adds: true);
        }
    }

    protected override void AddProducts(in KernelBatch batch, int firstRow, RowsAt inputs, int rows)
    {
        if (!IsStarted && !AddsToFlat)
            new Span<float>(Gradient, checked(Inputs * Outputs)).Clear();
        if (!IsStarted && !IsWhole)
            new Span<float>(_paddedGradient, checked(Inputs * Width)).Clear();
        if (_shared != null)
            SparseProducts<V>.Scatter(
                batch.Sparse!, batch.SparseRows + firstRow, rows, Errors, RowSums, new RowsAt(Gradient, Outputs),
                Outputs);
        var gradient = new RowsAt(IsWhole ? Gradient : _paddedGradient, Width);
        Spread(_encoding, _columns, _numbers, batch.Binned, firstRow, Errors, _perBin, gradient, rows, Width);
        Finish(_encoding, _columns, RowSums, _perBin, gradient, Width);
    }

    /// <summary>Adds the errors of rows to their bins' sums, and what their numbers contribute to the
    /// gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(
        EncodedColumns encoding, int[] columns, int[] numbers, BinnedBatch batch, int firstRow, RowsAt errors,
        RowsAt inBin, RowsAt gradient,
        int rows, int width)
    {
        foreach (var column in columns)
        {
            var (number, end) = encoding.Range(column);
            new Span<float>(inBin[number], (end - number) * width).Clear();
        }
        for (var row = 0; row < rows; row++)
        {
            var error = errors[row];
            var at = (firstRow + row) * numbers.Length;
            for (var i = 0; i < numbers.Length; i++, at++)
            {
                var bin = batch.Bins[at];
                V share = V.All(batch.Shares[at]), x = V.All(batch.Numbers[at]);
                float* sum = inBin[bin], inside = gradient[bin], number = gradient[numbers[i]];
                for (nint u = 0; u < width; u += V.Count)
                {
                    var e = V.Load(error + u);
                    (V.Load(sum + u) + e).Store(sum + u);
                    V.MultiplyAdd(share, e, V.Load(inside + u)).Store(inside + u);
                    V.MultiplyAdd(x, e, V.Load(number + u)).Store(number + u);
                }
            }
        }
    }

    /// <summary>Adds what rows above a bin, for which it is full, and empty bins contribute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(
        EncodedColumns encoding, int[] columns, float* allErrors, RowsAt inBin, RowsAt gradient, int width)
    {
        var above = inBin[encoding.Features];
        foreach (var column in columns)
        {
            var (number, end) = encoding.Range(column);
            new Span<float>(above, width).Clear();
            for (var bin = end - 1; bin > number; bin--)
            {
                V empty = V.All(encoding.Empty[bin]), scale = V.All(encoding.Scale[bin]);
                float* inside = gradient[bin], sum = inBin[bin];
                for (nint u = 0; u < width; u += V.Count)
                {
                    var over = V.Load(above + u);
                    V.MultiplyAdd(scale, over, V.MultiplyAdd(empty, V.Load(allErrors + u), V.Load(inside + u)))
                        .Store(inside + u);
                    (over + V.Load(sum + u)).Store(above + u);
                }
            }
        }
    }

    /// <summary>Per bin what the full bins below it add; last what all rows share: bias and empty bins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumBins(
        EncodedColumns encoding, int[] columns, RowsAt weights, float* bias, RowsAt below, int width)
    {
        var shared = below[encoding.Features];
        new ReadOnlySpan<float>(bias, width).CopyTo(new Span<float>(shared, width));
        foreach (var column in columns)
        {
            var (number, end) = encoding.Range(column);
            new Span<float>(below[number], Math.Min(2, end - number) * width).Clear();
            for (var bin = number + 1; bin < end; bin++)
            {
                V empty = V.All(encoding.Empty[bin]), scale = V.All(encoding.Scale[bin]);
                float* weight = weights[bin], sum = below[bin], next = below[bin + 1];
                var isLast = bin + 1 == end;
                for (nint u = 0; u < width; u += V.Count)
                {
                    var w = V.Load(weight + u);
                    V.MultiplyAdd(empty, w, V.Load(shared + u)).Store(shared + u);
                    if (!isLast)
                        V.MultiplyAdd(scale, w, V.Load(sum + u)).Store(next + u);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourVectors(
        int[] numbers, BinnedBatch batch, int row, RowsAt weights, RowsAt below, nint unit, float* start, float* to,
        float floor)
    {
        nint n = V.Count;
        V s0 = V.Load(start), s1 = V.Load(start + n), s2 = V.Load(start + 2 * n), s3 = V.Load(start + 3 * n);
        var at = row * numbers.Length;
        for (var i = 0; i < numbers.Length; i++, at++)
        {
            var bin = batch.Bins[at];
            V share = V.All(batch.Shares[at]), x = V.All(batch.Numbers[at]);
            float* full = below[bin] + unit, inside = weights[bin] + unit, number = weights[numbers[i]] + unit;
            s0 = V.MultiplyAdd(x, V.Load(number), V.MultiplyAdd(share, V.Load(inside), s0 + V.Load(full)));
            s1 = V.MultiplyAdd(x, V.Load(number + n), V.MultiplyAdd(share, V.Load(inside + n), s1 + V.Load(full + n)));
            s2 = V.MultiplyAdd(x, V.Load(number + 2 * n),
                V.MultiplyAdd(share, V.Load(inside + 2 * n), s2 + V.Load(full + 2 * n)));
            s3 = V.MultiplyAdd(x, V.Load(number + 3 * n),
                V.MultiplyAdd(share, V.Load(inside + 3 * n), s3 + V.Load(full + 3 * n)));
        }
        var least = V.All(floor);
        V.Max(least, s0).Store(to);
        V.Max(least, s1).Store(to + n);
        V.Max(least, s2).Store(to + 2 * n);
        V.Max(least, s3).Store(to + 3 * n);
    }

    private static void OneVector(
        int[] numbers, BinnedBatch batch, int row, RowsAt weights, RowsAt below, nint unit, float* start, float* to,
        float floor)
    {
        var sum = V.Load(start);
        var at = row * numbers.Length;
        for (var i = 0; i < numbers.Length; i++, at++)
        {
            var bin = batch.Bins[at];
            sum += V.Load(below[bin] + unit);
            sum = V.MultiplyAdd(V.All(batch.Shares[at]), V.Load(weights[bin] + unit), sum);
            sum = V.MultiplyAdd(V.All(batch.Numbers[at]), V.Load(weights[numbers[i]] + unit), sum);
        }
        V.Max(V.All(floor), sum).Store(to);
    }
}
