using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>The loss of the score, output 0, plus that of each quantile, outputs 1 and up
/// (<see cref="QuantileObjective"/>).</summary>
internal sealed class QuantilesObjective(Objective score, IReadOnlyList<float> levels) : Objective
{
    private readonly float[] _halfLessLevels = [.. levels.Select(level => 0.5f - level)];

    /// <summary>Levels of the outputs after the first.</summary>
    public IReadOnlyList<float> Levels => levels;

    public override KernelLoss Kernel => score.Kernel with { Levels = levels };

    public override string MetricName => score.MetricName;

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var loss = score.RowLosses(outputs.narrow(-1, 0, 1).clone(), targets, out var scoreGradient);
        var excess = outputs.narrow(-1, 1, _halfLessLevels.Length) - targets;
        var quantileGradient = excess.sign().Scale(0.5);
        // A number at a time: a vector of them would have to be brought to the device.
        for (var q = 0; q < _halfLessLevels.Length; q++)
            quantileGradient.narrow(-1, q, 1).Shift(_halfLessLevels[q]);
        gradient = cat([scoreGradient, quantileGradient], -1);
        return loss.Add((excess * quantileGradient).sum([-1], keepdim: true));
    }

    public override Tensor Measure(Tensor outputs, Tensor targets) => score.Measure(outputs.narrow(1, 0, 1), targets);

    public override double Metric(double mean) => score.Metric(mean);
}
