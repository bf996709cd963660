using System.Numerics;
using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Networks;

/// <summary>The elementwise operations of a layer. For ReLU on the CPU, each is one pass over memory, because a small
/// network spends more time on starting tensor operations than on arithmetic.</summary>
internal static unsafe class LayerKernels
{
    // From this size on, libtorch's threads are faster than one pass on one thread.
    private const long ManyValues = 1 << 20;

    /// <summary>Adds biases [1, units] to <paramref name="sums"/> [rows, units], and applies the activation.</summary>
    /// <param name="sums">The products. Replaced by the output, unless the derivative needs the input.</param>
    /// <param name="biases">The biases.</param>
    /// <param name="activation">Null for the last layer.</param>
    public static Tensor Activate(Tensor sums, Tensor biases, Activation? activation)
    {
        if (activation is null or Activation.ReLU && HasKernels(sums))
        {
            AddBiases(sums, biases, activation is null ? float.NegativeInfinity : 0);
            return sums;
        }
        sums.Add(biases);
        return activation?.Apply(sums) ?? sums;
    }

    /// <summary>Multiplies <paramref name="gradient"/> by the derivative of the activation, in place.</summary>
    public static void MultiplyDerivative(Activation activation, Tensor gradient, Tensor input, Tensor output)
    {
        if (activation == Activation.ReLU && HasKernels(gradient))
            ZeroWhereZero(gradient, output);
        else
            activation.MultiplyDerivative(gradient, input, output);
    }

    /// <summary>Whether the kernels below support a tensor.</summary>
    public static bool HasKernels(Tensor values) => values.device_type == DeviceType.CPU && values.numel() < ManyValues;

    /// <summary>Replaces outputs f by the gradient 2w(f − y)·scale of the squared error, and returns Σ w(f −
    /// y)²·scale.</summary>
    public static double SquaredError(Tensor outputs, Tensor targets, Tensor? weights, double scale)
    {
        var count = (int)outputs.numel();
        var f = VectorLoop.Span<float>(outputs, count);
        var y = VectorLoop.Span<float>(targets, count);
        var w = weights is null ? default : VectorLoop.Span<float>(weights, count);
        double loss = 0;
        for (var i = 0; i < count; i++)
        {
            var error = f[i] - y[i];
            var weighted = w.IsEmpty ? error : w[i] * error;
            loss += (double)weighted * error;
            f[i] = (float)(2 * scale * weighted);
        }
        return loss * scale;
    }

    private static void AddBiases(Tensor sums, Tensor biases, float lowest)
    {
        var units = (int)biases.numel();
        var all = VectorLoop.Span<float>(sums, (int)sums.numel());
        var bias = VectorLoop.Span<float>(biases, units);
        var least = new Vector<float>(lowest);
        for (; !all.IsEmpty; all = all[units..])
        {
            var u = 0;
            for (; u <= units - Vector<float>.Count; u += Vector<float>.Count)
                Vector.Max(new Vector<float>(all[u..]) + new Vector<float>(bias[u..]), least).CopyTo(all[u..]);
            for (; u < units; u++)
                all[u] = Math.Max(all[u] + bias[u], lowest);
        }
    }

    private static void ZeroWhereZero(Tensor gradient, Tensor output)
    {
        var count = (int)gradient.numel();
        var g = VectorLoop.Span<float>(gradient, count);
        var y = VectorLoop.Span<float>(output, count);
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            var isZero = Vector.Equals(new Vector<float>(y[i..]), Vector<float>.Zero);
            Vector.AndNot(new Vector<float>(g[i..]), isZero.As<int, float>()).CopyTo(g[i..]);
        }
        for (; i < count; i++)
            if (y[i] == 0)
                g[i] = 0;
    }
}
