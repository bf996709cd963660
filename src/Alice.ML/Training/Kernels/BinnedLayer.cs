using System.Runtime.CompilerServices;

namespace Alice.ML.Training.Kernels;

/// <summary>
/// A first layer of numbers with their bins. Bins below that of a number are full and those above it empty, so running sums over the bins
/// replace most of the products: two multiplications a number and unit are left, however many bins there are.
/// </summary>
internal sealed unsafe class BinnedLayer<V> : KernelLayer<V> where V : struct, IFloats<V>
{
    private readonly EncodedColumns _encoding;
    private readonly RowsAt _perBin;
    private readonly float* _padded;
    private readonly float* _paddedGradient;
    private RowsAt _weights;

    public BinnedLayer(EncodedColumns encoding, int outputs, int rows, WorkMemory memory, float paddingBias = 0)
        : base(encoding.Features, outputs, 0, rows, memory, paddingBias)
    {
        _encoding = encoding;
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
        if (!IsWhole)
            Packing<V>.Pad(weights, Inputs, Outputs, _padded, Width);
        _weights = new RowsAt(IsWhole ? weights : _padded, Width);
    }

    public override void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor)
    {
        SumBins(_encoding, _weights, Bias, _perBin, Width);
        for (var row = 0; row < rows; row++)
        {
            nint u = 0;
            for (; u + 4 * V.Count <= Width; u += 4 * V.Count)
                FourVectors(_encoding, batch.Binned, firstRow + row, _weights, _perBin, u, Values[row] + u, floor);
            for (; u < Width; u += V.Count)
                OneVector(_encoding, batch.Binned, firstRow + row, _weights, _perBin, u, Values[row] + u, floor);
        }
    }

    public override void FinishGradient()
    {
        if (!IsWhole)
            Packing<V>.Unpad(_paddedGradient, Width, Inputs, Outputs, Gradient, AddsToFlat);
    }

    protected override void AddProducts(in KernelBatch batch, int firstRow, RowsAt inputs, int rows)
    {
        var gradient = new RowsAt(IsWhole ? Gradient : _paddedGradient, Width);
        if (!IsStarted && !(IsWhole && AddsToFlat))
            new Span<float>(gradient.At, checked(Inputs * Width)).Clear();
        Spread(_encoding, batch.Binned, firstRow, Errors, _perBin, gradient, rows, Width);
        Finish(_encoding, RowSums, _perBin, gradient, Width);
    }

    /// <summary>Adds the errors of rows to their bins' sums, and what their numbers contribute to the gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(
        EncodedColumns encoding, BinnedBatch batch, int firstRow, RowsAt errors, RowsAt inBin, RowsAt gradient, int rows, int width)
    {
        new Span<float>(inBin.At, checked(encoding.Features * width)).Clear();
        var columns = encoding.Columns;
        for (var row = 0; row < rows; row++)
        {
            var error = errors[row];
            var at = (firstRow + row) * columns;
            for (var column = 0; column < columns; column++, at++)
            {
                var bin = batch.Bins[at];
                V share = V.All(batch.Shares[at]), x = V.All(batch.Numbers[at]);
                float* sum = inBin[bin], inside = gradient[bin], number = gradient[encoding.Range(column).Number];
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
    private static void Finish(EncodedColumns encoding, float* allErrors, RowsAt inBin, RowsAt gradient, int width)
    {
        var above = inBin[encoding.Features];
        for (var column = 0; column < encoding.Columns; column++)
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
                    V.MultiplyAdd(scale, over, V.MultiplyAdd(empty, V.Load(allErrors + u), V.Load(inside + u))).Store(inside + u);
                    (over + V.Load(sum + u)).Store(above + u);
                }
            }
        }
    }

    /// <summary>Per bin what the full bins below it add; last what all rows share: bias and empty bins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumBins(EncodedColumns encoding, RowsAt weights, float* bias, RowsAt below, int width)
    {
        var shared = below[encoding.Features];
        new ReadOnlySpan<float>(bias, width).CopyTo(new Span<float>(shared, width));
        for (var column = 0; column < encoding.Columns; column++)
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
        EncodedColumns encoding, BinnedBatch batch, int row, RowsAt weights, RowsAt below, nint unit, float* to, float floor)
    {
        nint n = V.Count;
        var shared = below[encoding.Features] + unit;
        V s0 = V.Load(shared), s1 = V.Load(shared + n), s2 = V.Load(shared + 2 * n), s3 = V.Load(shared + 3 * n);
        var at = row * encoding.Columns;
        for (var column = 0; column < encoding.Columns; column++, at++)
        {
            var bin = batch.Bins[at];
            V share = V.All(batch.Shares[at]), x = V.All(batch.Numbers[at]);
            float* full = below[bin] + unit, inside = weights[bin] + unit, number = weights[encoding.Range(column).Number] + unit;
            s0 = V.MultiplyAdd(x, V.Load(number), V.MultiplyAdd(share, V.Load(inside), s0 + V.Load(full)));
            s1 = V.MultiplyAdd(x, V.Load(number + n), V.MultiplyAdd(share, V.Load(inside + n), s1 + V.Load(full + n)));
            s2 = V.MultiplyAdd(x, V.Load(number + 2 * n), V.MultiplyAdd(share, V.Load(inside + 2 * n), s2 + V.Load(full + 2 * n)));
            s3 = V.MultiplyAdd(x, V.Load(number + 3 * n), V.MultiplyAdd(share, V.Load(inside + 3 * n), s3 + V.Load(full + 3 * n)));
        }
        var least = V.All(floor);
        V.Max(least, s0).Store(to);
        V.Max(least, s1).Store(to + n);
        V.Max(least, s2).Store(to + 2 * n);
        V.Max(least, s3).Store(to + 3 * n);
    }

    private static void OneVector(
        EncodedColumns encoding, BinnedBatch batch, int row, RowsAt weights, RowsAt below, nint unit, float* to, float floor)
    {
        var sum = V.Load(below[encoding.Features] + unit);
        var at = row * encoding.Columns;
        for (var column = 0; column < encoding.Columns; column++, at++)
        {
            var bin = batch.Bins[at];
            sum += V.Load(below[bin] + unit);
            sum = V.MultiplyAdd(V.All(batch.Shares[at]), V.Load(weights[bin] + unit), sum);
            sum = V.MultiplyAdd(V.All(batch.Numbers[at]), V.Load(weights[encoding.Range(column).Number] + unit), sum);
        }
        V.Max(V.All(floor), sum).Store(to);
    }
}
