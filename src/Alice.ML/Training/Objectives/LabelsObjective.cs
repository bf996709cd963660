using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>The sum of the losses of several outputs: the scores of all labels, then the quantiles of each label (<see
/// cref="QuantileObjective"/>). Targets are [rows, labels]. With several labels, NaN means missing and is
/// ignored.</summary>
/// <param name="each">The loss of a score. It works elementwise.</param>
/// <param name="labels">Number of labels per row.</param>
/// <param name="levels">Levels of the quantiles of each label.</param>
internal sealed class LabelsObjective(Objective each, int labels, IReadOnlyList<float> levels) : Objective
{
    private readonly float[] _halfLessLevels =
        [.. Enumerable.Range(0, labels).SelectMany(_ => levels.Select(level => 0.5f - level))];

    /// <summary>The loss of a score.</summary>
    public Objective Each => each;

    /// <summary>Levels of the quantiles of each label.</summary>
    public IReadOnlyList<float> Levels => levels;

    public override KernelLoss Kernel => each.Kernel with { Levels = levels, Labels = labels };

    public override string MetricName =>
        labels > 1 && each is RegressionObjective ? $"Standardized {each.MetricName}" : each.MetricName;

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var known = Known(ref targets);
        var loss = each.RowLosses(Scores(outputs).clone(), targets, out gradient);
        Mask(loss, gradient, known);
        loss = loss.sum([-1], keepdim: true);
        if (levels.Count == 0)
            return loss;

        var excess = outputs.narrow(-1, labels, _halfLessLevels.Length) - targets.repeat_interleave(levels.Count, 1);
        var quantileGradient = excess.sign().Scale(0.5);
        // One at a time, because a vector would have to be copied to the device.
        for (var q = 0; q < _halfLessLevels.Length; q++)
            quantileGradient.narrow(-1, q, 1).Shift(_halfLessLevels[q]);
        var quantileLoss = excess * quantileGradient;
        Mask(quantileLoss, quantileGradient, known?.repeat_interleave(levels.Count, 1));
        gradient = cat([gradient, quantileGradient], -1);
        return loss.Add(quantileLoss.sum([-1], keepdim: true));
    }

    /// <summary>Loss of one label's score [rows, 1]. 0 if the label is missing.</summary>
    public Tensor RowLosses(int label, Tensor outputs, Tensor targets)
    {
        targets = targets.narrow(1, label, 1);
        var known = Known(ref targets);
        var loss = each.RowLosses(outputs.narrow(1, label, 1).clone(), targets, out var gradient);
        Mask(loss, gradient, known);
        return loss;
    }

    public override Tensor ComparedLosses(Tensor outputs, Tensor targets) =>
        each is LogisticObjective ? Brier.Scores(this, outputs, targets) : base.ComparedLosses(outputs, targets);

    /// <summary>The mean over the known labels of a row.</summary>
    public override Tensor Measure(Tensor outputs, Tensor targets)
    {
        var known = Known(ref targets);
        var measures = each.Measure(Scores(outputs), targets);
        return known is null ? measures
            : (measures * known).sum([1], keepdim: true) / known.sum([1], keepdim: true);
    }

    public override double Metric(double mean) => each.Metric(mean);

    /// <summary>Number of known labels of each row [rows, 1].</summary>
    public Tensor LabelsOfRows(Tensor targets) => targets.eq(targets).to_type(targets.dtype).sum([1], keepdim: true);

    private Tensor Scores(Tensor outputs) => outputs.narrow(-1, 0, labels);

    // 1 for a known label, otherwise 0. Replaces missing targets by 0. Null for one label, which is always known.
    private Tensor? Known(ref Tensor targets)
    {
        if (labels == 1)
            return null;
        var isKnown = targets.eq(targets);
        targets = where(isKnown, targets, zeros_like(targets));
        return isKnown.to_type(targets.dtype);
    }

    private static void Mask(Tensor loss, Tensor gradient, Tensor? known)
    {
        if (known is null)
            return;
        loss.mul_(known);
        gradient.mul_(known);
    }
}
