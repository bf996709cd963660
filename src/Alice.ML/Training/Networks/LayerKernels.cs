using System.Numerics;
using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Networks;

/// <summary>What a layer does beside its matrix products. For ReLU on the CPU each is one pass over memory: a small
/// network spends more time on starting tensor operations than on arithmetic.
/// </summary>
internal static unsafe class LayerKernels
{
    // From here on libtorch's threads win over one pass on one.
    private const long ManyValues = 1 << 20;

    /// <summary>The output of a layer for its <paramref name="sums"/> [rows, units], which gain the biases [1,
    /// units].</summary>
    /// <param name="sums">The products; the output too, unless the derivative needs the input.</param>
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

    /// <summary>Whether a tensor is one that the kernels below take.</summary>
    public static bool HasKernels(Tensor values) => values.device_type == DeviceType.CPU && values.numel() < ManyValues;

    /// <summary>
    /// Turns outputs f into the gradient 2w(f − y)·scale of the squared error, in place, and gives Σ w(f − y)²·scale.
    /// </summary>
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
