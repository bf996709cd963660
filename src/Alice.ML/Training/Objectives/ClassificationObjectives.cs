using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Kernels;
using static TorchSharp.torch;

namespace Alice.ML.Training.Objectives;

/// <summary>Logistic loss of one output, the log-odds, for a target of 0 or 1. The metric is accuracy.</summary>
internal sealed class LogisticObjective : Objective
{
    public override KernelLoss Kernel => new(LossKind.Logistic);

    public override string MetricName => "Accuracy";

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        gradient = outputs.sigmoid().sub_(targets);
        // log(1 + exp f) without overflow is max(f, 0) + log(1 + exp −|f|).
        return outputs.abs().neg_().exp_().log1p_().Add(outputs.relu()).sub_(outputs.mul_(targets));
    }

    public override Tensor ComparedLosses(Tensor outputs, Tensor targets) => Brier.Scores(this, outputs, targets);

    // A prediction is correct if f and 2y − 1 have the same sign.
    public override Tensor Measure(Tensor outputs, Tensor targets) =>
        outputs.mul(targets.Plus(targets).Shift(-1)).sign().relu_();
}

/// <summary>Cross-entropy of softmax(outputs). The target is the index of the true class. The metric is
/// accuracy.</summary>
internal sealed class SoftmaxObjective : Objective
{
    public override KernelLoss Kernel => new(LossKind.Softmax);

    public override string MetricName => "Accuracy";

    public override Tensor RowLosses(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var classes = Classes(targets).expand([.. outputs.shape[..^1], 1]);
        var logProbabilities = outputs.log_softmax(-1);
        gradient = logProbabilities.exp();
        var loss = logProbabilities.gather(-1, classes).neg_();
        gradient.scatter_add_(-1, classes, ones_like(loss).neg_());
        return loss;
    }

    public override Tensor ComparedLosses(Tensor outputs, Tensor targets) => Brier.Scores(this, outputs, targets);

    public override Tensor Measure(Tensor outputs, Tensor targets) =>
        outputs.argmax(1, keepdim: true).eq(Classes(targets)).to_type(outputs.dtype);

    private static Tensor Classes(Tensor targets) => targets.to_type(ScalarType.Int64);
}

/// <summary>The Brier score (1950). It is bounded, so that among few rows a confident mistake does not
/// dominate.</summary>
internal static class Brier
{
    public static Tensor Scores(Objective objective, Tensor outputs, Tensor targets)
    {
        // For both losses, the gradient is the difference between the probabilities and 0 or 1.
        objective.RowLosses(outputs, targets, out var differences);
        return differences.mul_(differences).sum([1], keepdim: true);
    }
}
