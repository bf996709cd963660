using System.Runtime.CompilerServices;
using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>Elementwise passes of a hidden layer over [rows, width]. The width is a whole number of vectors.</summary>
internal static unsafe class HiddenPasses<V> where V : struct, IFloats<V>
{
    /// <summary>Applies activation and dropout, and stores the slopes for the backward pass. ReLU needs no slopes, and
    /// the matrix product already applies it.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="values">The sums. Replaced by the values.</param>
    /// <param name="slopes">Receives the slopes.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Number of columns.</param>
    /// <param name="dropout">The dropout.</param>
    /// <param name="layer">Index of the layer, for <paramref name="dropout"/>.</param>
    /// <param name="firstRow">Index of the first row in the minibatch, for <paramref name="dropout"/>.</param>
    public static void Activate(
        Activation activation, RowsAt values, RowsAt slopes, int rows, int width, in Dropout dropout, int layer,
        long firstRow)
    {
        switch (activation)
        {
            case Activation.ReLU:
                if (dropout.IsActive)
                    LeaveOut(values, rows, width, dropout, layer, firstRow);
                break;
            case Activation.GELU:
                Activate<GELU<V>>(values, slopes, rows, width, dropout, layer, firstRow);
                break;
            case Activation.SiLU:
                Activate<SiLU<V>>(values, slopes, rows, width, dropout, layer, firstRow);
                break;
            case Activation.Tanh:
                Activate<Tanh<V>>(values, slopes, rows, width, dropout, layer, firstRow);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, null);
        }
    }

    /// <summary>Propagates gradients [rows, width] back through activation and dropout, in place, and sums them over
    /// the rows.</summary>
    /// <param name="activation">The activation.</param>
    /// <param name="errors">The gradients.</param>
    /// <param name="values">The values of <see cref="Activate(Activation, RowsAt, RowsAt, int, int, in Dropout, int,
    /// long)"/>.</param>
    /// <param name="slopes">The slopes.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Number of columns.</param>
    /// <param name="dropout">The dropout.</param>
    /// <param name="sums">Receives the sums [width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void GoBack(
        Activation activation, RowsAt errors, RowsAt values, RowsAt slopes, int rows, int width, in Dropout dropout,
        float* sums)
    {
        new Span<float>(sums, width).Clear();
        var scale = V.All(dropout.IsActive ? dropout.Scale : 1);
        for (var row = 0; row < rows; row++)
        {
            float* error = errors[row], value = values[row], slope = slopes[row];
            for (nint u = 0; u < width; u += V.Count)
            {
                // The gradient is 0 where ReLU or dropout gave 0.
                var factor = activation == Activation.ReLU
                    ? V.IfLess(V.All(0), V.Load(value + u), scale, V.All(0))
                    : V.Load(slope + u);
                var result = V.Load(error + u) * factor;
                result.Store(error + u);
                (V.Load(sums + u) + result).Store(sums + u);
            }
        }
    }

    /// <summary>Copies gradients [rows, width] and sums them over the rows.</summary>
    public static void CopyAndSum(RowsAt from, RowsAt to, int rows, int width, float* sums)
    {
        new Span<float>(sums, width).Clear();
        for (var row = 0; row < rows; row++)
            for (nint u = 0; u < width; u += V.Count)
            {
                var value = V.Load(from[row] + u);
                value.Store(to[row] + u);
                (V.Load(sums + u) + value).Store(sums + u);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate<TActivation>(
        RowsAt values, RowsAt slopes, int rows, int width, in Dropout dropout, int layer, long firstRow)
        where TActivation : IActivation<V>
    {
        var isActive = dropout.IsActive;
        for (var row = 0; row < rows; row++)
        {
            float* value = values[row], slope = slopes[row];
            var key = isActive ? dropout.RowKey(layer, firstRow + row) : 0;
            for (var u = 0; u < width; u += V.Count)
            {
                var y = TActivation.At(V.Load(value + u), out var derivative);
                if (isActive)
                {
                    var factors = dropout.Factors<V>(key, u);
                    (y, derivative) = (y * factors, derivative * factors);
                }
                y.Store(value + u);
                derivative.Store(slope + u);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LeaveOut(RowsAt values, int rows, int width, in Dropout dropout, int layer, long firstRow)
    {
        for (var row = 0; row < rows; row++)
        {
            var value = values[row];
            var key = dropout.RowKey(layer, firstRow + row);
            for (var u = 0; u < width; u += V.Count)
                (V.Load(value + u) * dropout.Factors<V>(key, u)).Store(value + u);
        }
    }
}
