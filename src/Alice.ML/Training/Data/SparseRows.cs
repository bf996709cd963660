using System.Numerics;
using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>A minibatch of mostly zeros on the CPU: products and gradient visit only the weights of values that are not zero.</summary>
/// <param name="rows">The rows, standardised.</param>
/// <param name="columns">Columns of the table.</param>
internal sealed unsafe class SparseRows(SparseRow[] rows, int columns) : IFirstLayer
{
    /// <inheritdoc/>
    public void Multiply(Tensor weights, Tensor products)
    {
        var units = (int)products.shape[1];
        var w = VectorLoop.Pointer<float>(weights, (long)columns * units);
        var sums = VectorLoop.Pointer<float>(products, (long)rows.Length * units);
        foreach (var (indices, values) in rows)
        {
            new Span<float>(sums, units).Clear();
            for (var k = 0; k < indices.Length; k++)
                Add(sums, values[k], w + (nint)indices[k] * units, units);
            sums += units;
        }
    }

    /// <inheritdoc/>
    public void Gradient(Tensor error, Tensor gradient, bool adds)
    {
        var units = (int)error.shape[1];
        var to = VectorLoop.Pointer<float>(gradient, (long)columns * units);
        var errors = VectorLoop.Pointer<float>(error, (long)rows.Length * units);
        if (!adds)
            gradient.zero_();
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
