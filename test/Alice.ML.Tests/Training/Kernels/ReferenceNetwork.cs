using Alice.ML.Models;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>Loss and gradient of a network by the book: double loops in double precision.</summary>
internal sealed class ReferenceNetwork(NetworkShape shape, KernelLoss loss, double[] weights)
{
    // This near to a kink, single precision may be on the other side of it.
    private const double Near = 2e-6;

    /// <summary>Whether a unit or a loss was so near to a kink that rounding decides on the gradient.</summary>
    public bool IsNearKink { get; private set; }

    /// <summary>Loss of rows and its gradient, in the order of the weights.</summary>
    /// <param name="rows">Features of each row.</param>
    /// <param name="targets">Targets of each row; NaN where one is missing.</param>
    /// <param name="factors">What each row's loss counts.</param>
    /// <param name="mask">By what (layer, row, unit) is multiplied.</param>
    public (double Loss, double[] Gradient) Evaluate(
        double[][] rows, double[][] targets, double[] factors, Func<int, int, int, double> mask)
    {
        var (total, gradient) = (0.0, new double[weights.Length]);
        for (var row = 0; row < rows.Length; row++)
        {
            var (inputs, slopes, outputs) = Forward(rows[row], (layer, unit) => mask(layer, row, unit));
            var (value, error) = RowLoss(outputs, targets[row]);
            total += factors[row] * value;
            error = [.. error.Select(e => e * factors[row])];
            Backward(inputs, slopes, error, gradient);
        }
        return (total, gradient);
    }

    public double[] Outputs(double[] row) => Forward(row, (_, _) => 1).Outputs;

    private (double[][] Inputs, double[][] Slopes, double[] Outputs) Forward(double[] row, Func<int, int, double> mask)
    {
        var (inputs, slopes) = (new double[shape.Layers][], new double[shape.Layers][]);
        var (values, offset) = (row, 0);
        for (var layer = 0; ; layer++)
        {
            inputs[layer] = values;
            var (from, to) = (shape.LayerSizes[layer], shape.LayerSizes[layer + 1]);
            var sums = new double[to];
            for (var j = 0; j < to; j++)
            {
                sums[j] = weights[offset + from * to + j];
                for (var i = 0; i < from; i++)
                    sums[j] += values[i] * weights[offset + i * to + j];
            }
            if (layer == shape.Layers - 1)
                return (inputs, slopes, sums);

            slopes[layer] = new double[to];
            for (var j = 0; j < to; j++)
            {
                IsNearKink |= shape.Activation == Activation.ReLU && Math.Abs(sums[j]) < Near;
                (var value, slopes[layer][j]) = Activate(shape.Activation, sums[j]);
                sums[j] = value * mask(layer, j);
                slopes[layer][j] *= mask(layer, j);
            }
            values = sums;
            offset += (from + 1) * to;
        }
    }

    private void Backward(double[][] inputs, double[][] slopes, double[] error, double[] gradient)
    {
        var offset = weights.Length;
        for (var layer = shape.Layers - 1; ; layer--)
        {
            var (from, to) = (shape.LayerSizes[layer], shape.LayerSizes[layer + 1]);
            offset -= (from + 1) * to;
            var before = new double[from];
            for (var j = 0; j < to; j++)
            {
                gradient[offset + from * to + j] += error[j];
                for (var i = 0; i < from; i++)
                {
                    gradient[offset + i * to + j] += inputs[layer][i] * error[j];
                    before[i] += weights[offset + i * to + j] * error[j];
                }
            }
            if (layer == 0)
                return;
            error = [.. before.Select((e, i) => e * slopes[layer - 1][i])];
        }
    }

    private (double Loss, double[] Gradient) RowLoss(double[] outputs, double[] targets)
    {
        if (loss.Kind == LossKind.Softmax)
        {
            var highest = outputs.Max();
            var total = outputs.Sum(f => Math.Exp(f - highest));
            double[] gradient =
                [.. outputs.Select((f, c) => Math.Exp(f - highest) / total - (c == (int)targets[0] ? 1 : 0))];
            return (Math.Log(total) + highest - outputs[(int)targets[0]], gradient);
        }
        var levels = loss.Levels ?? [];
        var all = outputs.Select((output, o) =>
        {
            var label = o < loss.Labels ? o : (o - loss.Labels) / levels.Count;
            if (double.IsNaN(targets[label]))
                return (Loss: 0.0, Slope: 0.0);
            return o < loss.Labels
                ? NumberLoss(loss.Kind, loss.Parameters is null ? 0 : loss.Parameter(label), output, targets[label])
                : NumberLoss(LossKind.Quantile, levels[(o - loss.Labels) % levels.Count], output, targets[label]);
        }).ToArray();
        return (all.Sum(one => one.Loss), [.. all.Select(one => one.Slope)]);
    }

    private (double Loss, double Slope) NumberLoss(LossKind kind, double parameter, double f, double y)
    {
        var e = f - y;
        var kink = kind == LossKind.Quantile ? 0 : kind == LossKind.Huber ? parameter : double.NaN;
        IsNearKink |= Math.Abs(Math.Abs(e) - kink) < Near;
        return kind switch
        {
            LossKind.Squared => (e * e, 2 * e),
            LossKind.Huber => Math.Abs(e) <= parameter
                ? (0.5 * e * e, e)
                : (parameter * (Math.Abs(e) - 0.5 * parameter), parameter * Math.Sign(e)),
            LossKind.Quantile => e < 0 ? (-parameter * e, -parameter) : ((1 - parameter) * e, 1 - parameter),
            LossKind.Poisson => (Math.Exp(f) - y * f, Math.Exp(f) - y),
            LossKind.Logistic => (Math.Log(1 + Math.Exp(f)) - y * f, 1 / (1 + Math.Exp(-f)) - y),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    /// <summary>An activation and its derivative.</summary>
    public static (double Value, double Slope) Activate(Activation activation, double x)
    {
        switch (activation)
        {
            case Activation.ReLU:
                return (Math.Max(x, 0), x > 0 ? 1 : 0);
            case Activation.SiLU:
                var sigmoid = 1 / (1 + Math.Exp(-x));
                return (x * sigmoid, sigmoid + x * sigmoid * (1 - sigmoid));
            case Activation.Tanh:
                return (Math.Tanh(x), 1 - Math.Tanh(x) * Math.Tanh(x));
            default:
                var below = NormalShare(x);
                return (x * below, below + x * Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI));
        }
    }

    /// <summary>The normal distribution function, by Simpson's rule.</summary>
    private static double NormalShare(double x)
    {
        const int Steps = 200;
        var end = Math.Min(Math.Abs(x), 9);
        double sum = 0;
        for (var i = 0; i <= Steps; i++)
        {
            var t = end * i / Steps;
            sum += Math.Exp(-0.5 * t * t) * (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2);
        }
        var half = sum * end / Steps / 3 / Math.Sqrt(2 * Math.PI);
        return x < 0 ? 0.5 - half : 0.5 + half;
    }
}
