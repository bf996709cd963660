using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>Losses of rows and their gradients with respect to the outputs. Every row has a factor: its weight over the
/// number of rows of the whole minibatch.
/// </summary>
internal static unsafe class Losses<V> where V : struct, IFloats<V>
{
    /// <summary>Any loss but softmax.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">[outputs, stride], turned into gradients; the rows up to a whole number of vectors are
    /// read.</param>
    /// <param name="stride">Distance of an output's rows from those of the next.</param>
    /// <param name="targets">Targets.</param>
    /// <param name="factors">Factors; 0 beyond the last row.</param>
    /// <param name="rows">Rows.</param>
    /// <returns>The sum of the losses by their factors.</returns>
    public static double Evaluate(KernelLoss loss, float* outputs, int stride, float* targets, float* factors, int rows)
    {
        var sum = loss.Kind switch
        {
            LossKind.Squared => Evaluate(new SquaredLoss<V>(), outputs, targets, factors, rows),
            LossKind.Huber => Evaluate(new HuberLoss<V>((float)loss.Parameter), outputs, targets, factors, rows),
            LossKind.Quantile => Evaluate(new QuantileLoss<V>((float)loss.Parameter), outputs, targets, factors, rows),
            LossKind.Poisson => Evaluate(new PoissonLoss<V>(), outputs, targets, factors, rows),
            LossKind.Logistic => Evaluate(new LogisticLoss<V>(), outputs, targets, factors, rows),
            _ => throw new ArgumentOutOfRangeException(nameof(loss), loss.Kind, null),
        };
        for (var i = 0; i < loss.Levels?.Count; i++)
            sum += Evaluate(new QuantileLoss<V>(loss.Levels[i]), outputs + (i + 1) * stride, targets, factors, rows);
        return sum;
    }

    /// <summary>Cross-entropy of softmax.</summary>
    /// <param name="outputs">Outputs, turned into gradients; −∞ beyond the last class up to a whole number of
    /// vectors.</param>
    /// <param name="targets">Numbers of the true classes.</param>
    /// <param name="factors">Factors.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Classes, rounded up to whole vectors.</param>
    /// <returns>The sum of the losses by their factors.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Softmax(RowsAt outputs, float* targets, float* factors, int rows, int width)
    {
        double sum = 0;
        for (var row = 0; row < rows; row++)
        {
            var output = outputs[row];
            var largest = V.Load(output);
            for (nint c = V.Count; c < width; c += V.Count)
                largest = V.Max(largest, V.Load(output + c));
            var highest = largest.LargestLane();
            var atTarget = output[(int)targets[row]];

            V total = V.All(0);
            for (nint c = 0; c < width; c += V.Count)
            {
                var e = Functions<V>.Exp(V.Load(output + c) - V.All(highest));
                e.Store(output + c);
                total += e;
            }
            var all = total.Sum();
            sum += (Math.Log(all) + highest - atTarget) * factors[row];
            var scale = V.All(factors[row] / all);
            for (nint c = 0; c < width; c += V.Count)
                (V.Load(output + c) * scale).Store(output + c);
            output[(int)targets[row]] -= factors[row];
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Evaluate<TLoss>(TLoss loss, float* outputs, float* targets, float* factors, int rows)
        where TLoss : struct, IRowLoss<V>
    {
        var sum = V.All(0);
        for (nint row = 0; row < rows; row += V.Count)
        {
            var factor = V.Load(factors + row);
            sum = V.MultiplyAdd(factor, loss.At(V.Load(outputs + row), V.Load(targets + row), out var slope), sum);
            (factor * slope).Store(outputs + row);
        }
        return sum.Sum();
    }
}
