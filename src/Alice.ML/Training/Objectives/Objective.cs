using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>The loss of a network's outputs for targets, and the reported metric.</summary>
internal abstract class Objective
{
    /// <summary>Computes the weighted loss of a minibatch, divided by the rows of the whole minibatch, and its
    /// gradient.</summary>
    /// <param name="outputs">Outputs of the network [rows, outputs]. They may be overwritten.</param>
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

    /// <summary>Computes the loss of each row, and the gradient of the sum.</summary>
    /// <param name="outputs">Outputs of a network [rows, outputs], or of several […, rows, outputs]. They may be
    /// overwritten.</param>
    /// <param name="targets">Targets [rows, labels].</param>
    /// <param name="gradient">Gradient with respect to the outputs, of the same shape.</param>
    /// <returns>Loss […, rows, 1].</returns>
    public abstract Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient);

    /// <summary>The loss by which plans are compared, for each row [rows, 1]. <paramref name="outputs"/> may be
    /// overwritten.</summary>
    public virtual Tensor ComparedLosses(Tensor outputs, Tensor targets) => RowLosses(outputs, targets, out _);

    /// <summary>Contribution of each row to the metric [rows, 1]. <paramref name="outputs"/> are not changed.</summary>
    public abstract Tensor Measure(Tensor outputs, Tensor targets);

    /// <summary>The loss for vector kernels.</summary>
    public abstract KernelLoss Kernel { get; }

    /// <summary>Name of the metric.</summary>
    public abstract string MetricName { get; }

    /// <summary>The metric, from the mean contribution of the rows.</summary>
    public virtual double Metric(double mean) => mean;
}
