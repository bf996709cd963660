using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Logistic loss of one output, the log-odds, against a target of 0 or 1; measured by accuracy.</summary>
internal sealed class LogisticObjective : Objective
{
    public override string MetricName => "Accuracy";

    public override Tensor Evaluate(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        gradient = outputs.sigmoid().sub_(targets);
        // log(1 + exp f) without overflow: max(f, 0) + log(1 + exp −|f|).
        return outputs.abs().neg_().exp_().log1p_().Add(outputs.relu()).sub_(outputs.mul_(targets));
    }

    // A row is right where the signs of f and of 2y − 1 agree.
    public override Tensor Measure(Tensor outputs, Tensor targets) =>
        outputs.mul(targets.Plus(targets).Shift(-1)).sign().relu_();
}

/// <summary>Cross-entropy of softmax(outputs) against the number of the true class; measured by accuracy.</summary>
internal sealed class SoftmaxObjective : Objective
{
    public override string MetricName => "Accuracy";

    public override Tensor Evaluate(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        var classes = Classes(outputs, targets);
        var logProbabilities = outputs.log_softmax(2);
        gradient = logProbabilities.exp();
        var loss = logProbabilities.gather(2, classes).neg_();
        gradient.scatter_add_(2, classes, ones_like(loss).neg_());
        return loss;
    }

    public override Tensor Measure(Tensor outputs, Tensor targets) =>
        outputs.argmax(2, keepdim: true).eq(Classes(outputs, targets)).to_type(outputs.dtype);

    private static Tensor Classes(Tensor outputs, Tensor targets) =>
        targets.to_type(ScalarType.Int64).unsqueeze(0).expand(outputs.shape[0], -1, 1);
}
