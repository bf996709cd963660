using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>Losses of rows and their gradients with respect to the outputs. Each row has a factor: its weight divided
/// by the number of rows of the whole minibatch.</summary>
internal static unsafe class Losses<V> where V : struct, IFloats<V>
{
    /// <summary>All losses but softmax.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="outputs">[outputs, stride]. Replaced by gradients. Rows are read up to a whole number of
    /// vectors.</param>
    /// <param name="stride">Distance between the rows of one output and those of the next.</param>
    /// <param name="targets">[labels, stride]: finite targets.</param>
    /// <param name="factors">[labels, stride]: factors. 0 beyond the last row, and if a label is missing.</param>
    /// <param name="rows">Number of rows.</param>
    /// <returns>The sum of losses times factors.</returns>
    public static double Evaluate(KernelLoss loss, float* outputs, int stride, float* targets, float* factors, int rows)
    {
        double sum = 0;
        var quantiles = loss.Levels?.Count ?? 0;
        for (var label = 0; label < loss.Labels; label++)
        {
            sum += Evaluate(loss, label, outputs + label * stride, targets, factors, rows);
            var first = loss.Labels + label * quantiles;
            for (var i = 0; i < quantiles; i++)
                sum += Evaluate(
                    new QuantileLoss<V>(loss.Levels![i]), outputs + (first + i) * stride, targets, factors, rows);
            targets += stride;
            factors += stride;
        }
        return sum;
    }

    private static double Evaluate(
        KernelLoss loss, int label, float* outputs, float* targets, float* factors, int rows) => loss.Kind switch
        {
            LossKind.Squared => Evaluate(new SquaredLoss<V>(), outputs, targets, factors, rows),
            LossKind.Huber => Evaluate(new HuberLoss<V>(loss.Parameter(label)), outputs, targets, factors, rows),
            LossKind.Quantile => Evaluate(new QuantileLoss<V>(loss.Parameter(label)), outputs, targets, factors, rows),
            LossKind.Poisson => Evaluate(new PoissonLoss<V>(), outputs, targets, factors, rows),
            LossKind.Logistic => Evaluate(new LogisticLoss<V>(), outputs, targets, factors, rows),
            _ => throw new ArgumentOutOfRangeException(nameof(loss), loss.Kind, null),
        };

    /// <summary>Softmax with cross-entropy.</summary>
    /// <param name="outputs">The outputs. Replaced by gradients. Beyond the last class they must be −∞, up to a whole
    /// number of vectors.</param>
    /// <param name="targets">Indices of the true classes.</param>
    /// <param name="factors">The factors.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="width">Number of classes, rounded up to whole vectors.</param>
    /// <returns>The sum of losses times factors.</returns>
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
