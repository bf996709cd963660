using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Alice.ML.Training.Kernels;

/// <summary>
/// A first layer of rows most of whose values are zero: work for the values that are not. Reads and writes the network's own weights
/// [columns, units] without padding.
/// </summary>
internal sealed unsafe class SparseLayer<V>(int inputs, int outputs, int rows, WorkMemory memory, float paddingBias = 0)
    : KernelLayer<V>(inputs, outputs, 0, rows, memory, paddingBias)
    where V : struct, IFloats<V>
{
    private readonly float* _shared = memory.Allocate(RoundUp(outputs));
    private float* _weights;

    public override void Load(float* weights)
    {
        base.Load(weights);
        _weights = weights;
    }

    public override void Forward(in KernelBatch batch, int firstRow, RowsAt inputs, int rows, float floor) =>
        Gather(batch.Sparse!, batch.SparseRows + firstRow, rows, new RowsAt(_weights, Outputs), Bias, _shared, Values, Outputs, Width, floor);

    protected override void AddProducts(in KernelBatch batch, int firstRow, RowsAt inputs, int rows)
    {
        if (!IsStarted && !AddsToFlat)
            NativeMemory.Clear(Gradient, (nuint)((long)Inputs * Outputs * sizeof(float)));
        Scatter(batch.Sparse!, batch.SparseRows + firstRow, rows, Errors, RowSums, new RowsAt(Gradient, Outputs), Outputs);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Gather(
        SparseTable table, int* rows, int count, RowsAt weights, float* bias, float* shared, RowsAt sums, int units, int width,
        float floor)
    {
        new ReadOnlySpan<float>(bias, width).CopyTo(new Span<float>(shared, width));
        foreach (var (column, value) in table.Zeros)
            for (var u = 0; u < units; u++)
                shared[u] += value * weights[column][u];

        nint n = V.Count;
        var least = V.All(floor);
        for (var i = 0; i < count; i++)
        {
            var row = table.Row(rows[i]);
            float* values = row.Values;
            int* columns = row.Columns;
            var length = row.Length;
            var to = sums[i];
            nint u = 0;
            for (; u + 4 * n <= units; u += 4 * n)
            {
                V s0 = V.Load(shared + u), s1 = V.Load(shared + u + n), s2 = V.Load(shared + u + 2 * n), s3 = V.Load(shared + u + 3 * n);
                for (var k = 0; k < length; k++)
                {
                    var value = V.All(values[k]);
                    var w = weights[columns[k]] + u;
                    s0 = V.MultiplyAdd(value, V.Load(w), s0);
                    s1 = V.MultiplyAdd(value, V.Load(w + n), s1);
                    s2 = V.MultiplyAdd(value, V.Load(w + 2 * n), s2);
                    s3 = V.MultiplyAdd(value, V.Load(w + 3 * n), s3);
                }
                V.Max(least, s0).Store(to + u);
                V.Max(least, s1).Store(to + u + n);
                V.Max(least, s2).Store(to + u + 2 * n);
                V.Max(least, s3).Store(to + u + 3 * n);
            }
            for (; u + n <= units; u += n)
            {
                var sum = V.Load(shared + u);
                for (var k = 0; k < length; k++)
                    sum = V.MultiplyAdd(V.All(values[k]), V.Load(weights[columns[k]] + u), sum);
                V.Max(least, sum).Store(to + u);
            }
            for (; u < units; u++)
            {
                var sum = shared[u];
                for (var k = 0; k < length; k++)
                    sum += values[k] * weights[columns[k]][u];
                to[u] = sum < floor ? floor : sum;
            }
            for (; u < width; u++)
                to[u] = shared[u];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(SparseTable table, int* rows, int count, RowsAt errors, float* allErrors, RowsAt gradient, int units)
    {
        for (var i = 0; i < count; i++)
        {
            var row = table.Row(rows[i]);
            for (var k = 0; k < row.Length; k++)
                Add(row.Values[k], errors[i], gradient[row.Columns[k]], units);
        }
        foreach (var (column, value) in table.Zeros)
            Add(value, allErrors, gradient[column], units);
    }

    /// <summary>to += factor · from.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float factor, float* from, float* to, int units)
    {
        var f = V.All(factor);
        nint u = 0;
        for (; u + V.Count <= units; u += V.Count)
            V.MultiplyAdd(f, V.Load(from + u), V.Load(to + u)).Store(to + u);
        for (; u < units; u++)
            to[u] += factor * from[u];
    }
}
