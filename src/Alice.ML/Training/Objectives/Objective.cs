using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>A loss of the network's outputs against targets, and the metric that is reported beside it.</summary>
internal abstract class Objective
{
    /// <summary>Loss of every row and copy, and the gradient of its sum over the rows.</summary>
    /// <param name="outputs">Outputs of the network [copies, rows, outputs]; may be overwritten.</param>
    /// <param name="targets">Targets [rows, 1].</param>
    /// <param name="gradient">Gradient with respect to the outputs [copies, rows, outputs].</param>
    /// <returns>Loss [copies, rows, 1].</returns>
    public abstract Tensor Evaluate(Tensor outputs, Tensor targets, out Tensor gradient);

    /// <summary>What a row adds to the metric [copies, rows, 1]; <paramref name="outputs"/> stay as they are.</summary>
    public abstract Tensor Measure(Tensor outputs, Tensor targets);

    /// <summary>Name of the metric.</summary>
    public abstract string MetricName { get; }

    /// <summary>The metric, from the mean of what the rows added.</summary>
    public virtual double Metric(double mean) => mean;
}
