using System.Numerics;
using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>A minibatch of mostly zeros on the CPU: products and gradient visit only the weights of values that are not zero.</summary>
/// <param name="rows">The rows, standardised.</param>
/// <param name="zeros">Per column what every row has beside its values.</param>
internal sealed unsafe class SparseRows(SparseRow[] rows, float[] zeros) : IFirstLayer
{
    /// <inheritdoc/>
    public void Multiply(Tensor weights, Tensor products)
    {
        var units = (int)products.shape[1];
        var w = VectorLoop.Pointer<float>(weights, (long)zeros.Length * units);
        var sums = VectorLoop.Pointer<float>(products, (long)rows.Length * units);
        var shared = new float[units];
        fixed (float* start = shared)
            for (var column = 0; column < zeros.Length; column++)
                if (zeros[column] != 0)
                    Add(start, zeros[column], w + (nint)column * units, units);
        foreach (var (indices, values) in rows)
        {
            shared.CopyTo(new Span<float>(sums, units));
            for (var k = 0; k < indices.Length; k++)
                Add(sums, values[k], w + (nint)indices[k] * units, units);
            sums += units;
        }
    }

    /// <inheritdoc/>
    public void Gradient(Tensor error, Tensor gradient, bool adds)
    {
        var units = (int)error.shape[1];
        var to = VectorLoop.Pointer<float>(gradient, (long)zeros.Length * units);
        var errors = VectorLoop.Pointer<float>(error, (long)rows.Length * units);
        var all = new float[units];
        fixed (float* sum = all)
        {
            for (var row = 0; row < rows.Length; row++)
                Add(sum, 1, errors + (nint)row * units, units);
            for (var column = 0; column < zeros.Length; column++)
            {
                if (!adds)
                    new Span<float>(to + (nint)column * units, units).Clear();
                if (zeros[column] != 0)
                    Add(to + (nint)column * units, zeros[column], sum, units);
            }
        }
        foreach (var (indices, values) in rows)
        {
            for (var k = 0; k < indices.Length; k++)
                Add(to + (nint)indices[k] * units, values[k], errors, units);
            errors += units;
        }
    }

    /// <summary>to += factor · from.</summary>
    private static void Add(float* to, float factor, float* from, int units)
    {
        var u = 0;
        for (var f = new Vector<float>(factor); u <= units - Vector<float>.Count; u += Vector<float>.Count)
            (Vector.Load(to + u) + f * Vector.Load(from + u)).Store(to + u);
        for (; u < units; u++)
            to[u] += factor * from[u];
    }
}
