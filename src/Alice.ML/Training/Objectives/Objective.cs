using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>A loss of the network's outputs against targets, and the metric that is reported beside it.</summary>
internal abstract class Objective
{
    /// <summary>Weighted loss of a minibatch, over the rows of the whole one, and its gradient.</summary>
    /// <param name="outputs">Outputs of the network [rows, outputs]; may be overwritten.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="gradient">Gradient with respect to the outputs [rows, outputs].</param>
    /// <returns>The loss, 0-dimensional.</returns>
    public virtual Tensor Evaluate(Tensor outputs, in Minibatch batch, out Tensor gradient)
    {
        var loss = RowLosses(outputs, batch.Targets, out gradient);
        if (batch.Weights is { } weights)
        {
            loss.mul_(weights);
            gradient.mul_(weights);
        }
        gradient.Scale(1.0 / batch.WholeRows);
        return loss.sum().Scale(1.0 / batch.WholeRows);
    }

    /// <summary>Loss of every row, and the gradient of its sum.</summary>
    /// <param name="outputs">Outputs of a network [rows, outputs], or of several […, rows, outputs]; may be
    /// overwritten.</param>
    /// <param name="targets">Targets [rows, labels].</param>
    /// <param name="gradient">Gradient with respect to the outputs, of their shape.</param>
    /// <returns>Loss […, rows, 1].</returns>
    public abstract Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient);

    /// <summary>What plans are compared by: for every row [rows, 1]; <paramref name="outputs"/> may be
    /// overwritten.</summary>
    public virtual Tensor ComparedLosses(Tensor outputs, Tensor targets) => RowLosses(outputs, targets, out _);

    /// <summary>What a row adds to the metric [rows, 1]; <paramref name="outputs"/> stay as they are.</summary>
    public abstract Tensor Measure(Tensor outputs, Tensor targets);

    /// <summary>The loss as vector kernels know it.</summary>
    public abstract KernelLoss Kernel { get; }

    /// <summary>Name of the metric.</summary>
    public abstract string MetricName { get; }

    /// <summary>The metric, from the mean of what the rows added.</summary>
    public virtual double Metric(double mean) => mean;
}
