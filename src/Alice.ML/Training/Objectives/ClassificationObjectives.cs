using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Logistic loss of one output, the log-odds, against a target of 0 or 1; measured by accuracy.</summary>
internal sealed class LogisticObjective : Objective
{
    public override string MetricName => "Accuracy";

    public override Tensor Evaluate(Tensor outputs, Tensor targets, out Tensor gradient)
    {
        gradient = outputs.sigmoid().sub_(targets);
        return nn.functional.softplus(outputs, 1, 20).sub_(outputs.mul_(targets));
    }

    public override Tensor Measure(Tensor outputs, Tensor targets) =>
        outputs.gt(0).eq(targets.gt(0.5)).to_type(outputs.dtype);
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
        gradient.scatter_add_(2, classes, MinusOne(classes, outputs));
        return logProbabilities.gather(2, classes).neg_();

        static Tensor MinusOne(Tensor classes, Tensor outputs) => full_like(classes, -1, dtype: outputs.dtype);
    }

    public override Tensor Measure(Tensor outputs, Tensor targets) =>
        outputs.argmax(2, keepdim: true).eq(Classes(outputs, targets)).to_type(outputs.dtype);

    private static Tensor Classes(Tensor outputs, Tensor targets) =>
        targets.to_type(ScalarType.Int64).unsqueeze(0).expand(outputs.shape[0], -1, 1);
}
