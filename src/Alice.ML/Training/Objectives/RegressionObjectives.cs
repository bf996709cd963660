using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>Losses of regression. The metric is the root mean squared error.</summary>
internal abstract class RegressionObjective : Objective
{
    public override string MetricName => "RMSE";

    public override Tensor Measure(Tensor outputs, Tensor targets) => Square(outputs.sub(targets));

    protected static Tensor Square(Tensor values) => values.mul(values);

    public override double Metric(double mean) => Math.Sqrt(mean);
}

/// <summary>(output − target)².</summary>
internal sealed class SquaredObjective : RegressionObjective
{
    public override KernelLoss Kernel => new(LossKind.Squared);

    public override Tensor Evaluate(Tensor outputs, in Minibatch batch, out Tensor gradient)
    {
        if (!LayerKernels.HasKernels(outputs))
            return base.Evaluate(outputs, batch, out gradient);
        var loss = LayerKernels.SquaredError(outputs, batch.Targets, batch.Weights, 1.0 / batch.WholeRows);
        gradient = outputs;
        return tensor((float)loss);
    }

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var error = outputs.sub_(targets);
        var loss = error.mul(error);
        gradient = error.Scale(2);
        return loss;
    }
}

/// <summary>½e² for an error |e| up to a threshold, and threshold·(|e| − ½ threshold) beyond (Huber 1964).</summary>
/// <param name="thresholds">One threshold per label, or one for all.</param>
internal sealed class HuberObjective(params IReadOnlyList<double> thresholds) : RegressionObjective
{
    public override KernelLoss Kernel => new(LossKind.Huber, thresholds);

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var error = outputs.sub_(targets);
        gradient = thresholds.Count == 1 ? Bounded(error, thresholds[0])
            : cat([.. thresholds.Select((threshold, label) => Bounded(error.narrow(-1, label, 1), threshold))], -1);
        // With c = clamp(e), c·(e − ½c) covers both cases.
        return error.Scale(2).sub_(gradient).mul_(gradient).Scale(0.5);
    }

    private static Tensor Bounded(Tensor error, double threshold) =>
        maximum(minimum(error, error.Constant(threshold)), error.Constant(-threshold));
}

/// <summary>τ·e for an error e = target − output above 0, otherwise (τ − 1)·e. The minimum is at the τ-quantile
/// (Koenker and Bassett 1978). For τ = ½ it is half the absolute error.</summary>
internal sealed class QuantileObjective(double quantile) : RegressionObjective
{
    public override KernelLoss Kernel => new(LossKind.Quantile, [quantile]);

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var excess = outputs.sub_(targets);
        gradient = excess.sign().Scale(0.5).Shift(0.5 - quantile);
        return excess.mul_(gradient);
    }
}

/// <summary>exp(output) − target·output: the negative log-likelihood of a Poisson count, up to a constant.</summary>
internal sealed class PoissonObjective : RegressionObjective
{
    public override KernelLoss Kernel => new(LossKind.Poisson);

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var rate = outputs.exp();
        gradient = rate.sub(targets);
        return rate.sub_(outputs.mul_(targets));
    }

    public override Tensor Measure(Tensor outputs, Tensor targets) => Square(outputs.exp().sub_(targets));
}
