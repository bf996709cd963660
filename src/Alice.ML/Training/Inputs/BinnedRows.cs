using System.Buffers;
using System.Numerics;
using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// A minibatch of piecewise-linear encoded numbers on the CPU, kept as the bin that each number lies in. All bins below it are full and all
/// above it empty, so running sums over the bins replace most of the first layer's products: two multiplications a number and unit are left,
/// however many bins there are.
/// </summary>
internal sealed unsafe class BinnedRows : IFirstLayer
{
    private readonly EncodedColumns _encoding;
    private readonly Tensor _numbers;
    private readonly int _rows;
    private readonly int[] _bins;
    private readonly float[] _shares;

    /// <param name="encoding">The columns' bins.</param>
    /// <param name="numbers">[rows, columns], standardised; not owned.</param>
    public BinnedRows(EncodedColumns encoding, Tensor numbers)
    {
        (_encoding, _numbers) = (encoding, numbers);
        _rows = (int)numbers.shape[0];
        _bins = new int[_rows * encoding.Columns];
        _shares = new float[_bins.Length];
        var x = VectorLoop.Pointer<float>(numbers, _bins.Length);
        for (var i = 0; i < _bins.Length;)
            for (var column = 0; column < encoding.Columns; column++, i++)
            {
                (_bins[i], var share) = encoding.Locate(column, x[i]);
                _shares[i] = share * encoding.Scale[_bins[i]];
            }
    }

    /// <inheritdoc/>
    public void Multiply(Tensor weights, Tensor products)
    {
        var units = (int)products.shape[1];
        // Per bin what the full bins below it add; last what all rows share: empty bins.
        var rented = ArrayPool<float>.Shared.Rent((_encoding.Features + 1) * units);
        try
        {
            var w = new Rows(VectorLoop.Pointer<float>(weights, (long)_encoding.Features * units), units);
            var x = VectorLoop.Pointer<float>(_numbers, _bins.Length);
            var to = new Rows(VectorLoop.Pointer<float>(products, (long)_rows * units), units);
            fixed (float* memory = rented)
            {
                var below = new Rows(memory, units);
                var shared = below[_encoding.Features];
                new Span<float>(shared, units).Clear();
                for (var column = 0; column < _encoding.Columns; column++)
                {
                    var (number, end) = _encoding.Range(column);
                    new Span<float>(below[number], Math.Min(2, end - number) * units).Clear();
                    for (var bin = number + 1; bin < end; bin++)
                    {
                        Sum(shared, shared, _encoding.Empty[bin], w[bin], units);
                        if (bin + 1 < end)
                            Sum(below[bin + 1], below[bin], _encoding.Scale[bin], w[bin], units);
                    }
                }

                for (int row = 0, i = 0; row < _rows; row++)
                {
                    var sums = to[row];
                    new Span<float>(shared, units).CopyTo(new Span<float>(sums, units));
                    for (var column = 0; column < _encoding.Columns; column++, i++)
                        AddNumber(sums, below[_bins[i]], _shares[i], w[_bins[i]], x[i], w[_encoding.Range(column).Number], units);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <inheritdoc/>
    public void Gradient(Tensor error, Tensor gradient, bool adds)
    {
        var units = (int)error.shape[1];
        // Per bin the errors of its rows; last those of all rows.
        var rented = ArrayPool<float>.Shared.Rent((_encoding.Features + 2) * units);
        try
        {
            var e = new Rows(VectorLoop.Pointer<float>(error, (long)_rows * units), units);
            var x = VectorLoop.Pointer<float>(_numbers, _bins.Length);
            var to = new Rows(VectorLoop.Pointer<float>(gradient, (long)_encoding.Features * units), units);
            if (!adds)
                new Span<float>(to[0], _encoding.Features * units).Clear();
            fixed (float* memory = rented)
            {
                new Span<float>(memory, (_encoding.Features + 2) * units).Clear();
                var inBin = new Rows(memory, units);
                var all = inBin[_encoding.Features];
                for (int row = 0, i = 0; row < _rows; row++)
                {
                    Sum(all, all, 1, e[row], units);
                    for (var column = 0; column < _encoding.Columns; column++, i++)
                        Spread(e[row], inBin[_bins[i]], _shares[i], to[_bins[i]], x[i], to[_encoding.Range(column).Number], units);
                }

                var above = inBin[_encoding.Features + 1];
                for (var column = 0; column < _encoding.Columns; column++)
                {
                    var (number, end) = _encoding.Range(column);
                    new Span<float>(above, units).Clear();
                    for (var bin = end - 1; bin > number; bin--)
                        Finish(to[bin], _encoding.Empty[bin], all, _encoding.Scale[bin], above, inBin[bin], units);
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(rented);
        }
    }

    /// <summary>to = start + factor · from.</summary>
    private static void Sum(float* to, float* start, float factor, float* from, int units)
    {
        var u = 0;
        for (var f = new Vector<float>(factor); u <= units - Vector<float>.Count; u += Vector<float>.Count)
            (Vector.Load(start + u) + f * Vector.Load(from + u)).Store(to + u);
        for (; u < units; u++)
            to[u] = start[u] + factor * from[u];
    }

    /// <summary>sums += below + share · bin + x · number.</summary>
    private static void AddNumber(float* sums, float* below, float share, float* bin, float x, float* number, int units)
    {
        var u = 0;
        for (Vector<float> s = new(share), n = new(x); u <= units - Vector<float>.Count; u += Vector<float>.Count)
            (Vector.Load(sums + u) + Vector.Load(below + u) + s * Vector.Load(bin + u) + n * Vector.Load(number + u)).Store(sums + u);
        for (; u < units; u++)
            sums[u] += below[u] + share * bin[u] + x * number[u];
    }

    /// <summary>inBin += error; bin += share · error; number += x · error.</summary>
    private static void Spread(float* error, float* inBin, float share, float* bin, float x, float* number, int units)
    {
        var u = 0;
        for (Vector<float> s = new(share), n = new(x); u <= units - Vector<float>.Count; u += Vector<float>.Count)
        {
            var e = Vector.Load(error + u);
            (Vector.Load(inBin + u) + e).Store(inBin + u);
            (Vector.Load(bin + u) + s * e).Store(bin + u);
            (Vector.Load(number + u) + n * e).Store(number + u);
        }
        for (; u < units; u++)
        {
            inBin[u] += error[u];
            bin[u] += share * error[u];
            number[u] += x * error[u];
        }
    }

    /// <summary>bin += empty · all + scale · above; above += inBin.</summary>
    private static void Finish(float* bin, float empty, float* all, float scale, float* above, float* inBin, int units)
    {
        var u = 0;
        for (Vector<float> f = new(empty), s = new(scale); u <= units - Vector<float>.Count; u += Vector<float>.Count)
        {
            var over = Vector.Load(above + u);
            (Vector.Load(bin + u) + f * Vector.Load(all + u) + s * over).Store(bin + u);
            (over + Vector.Load(inBin + u)).Store(above + u);
        }
        for (; u < units; u++)
        {
            bin[u] += empty * all[u] + scale * above[u];
            above[u] += inBin[u];
        }
    }

    /// <summary>Rows of <paramref name="width"/> numbers.</summary>
    private readonly struct Rows(float* memory, int width)
    {
        public float* this[int row] => memory + (nint)row * width;
    }
}
