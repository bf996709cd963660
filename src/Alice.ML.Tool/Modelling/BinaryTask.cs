using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>Binary classification. The second class is the positive one.</summary>
internal sealed class BinaryTask(TableSchema schema) : TableTask(schema)
{
    public override IReadOnlyList<string> Header => ["PredictedLabel", "Probability"];

    protected override ITransformer FitNetwork(
        NetworkFit fit, Action<AliceTrainerOptions> complete, NetworkSettings settings)
    {
        var options = new AliceBinaryTrainer.Options();
        complete(options);
        return fit.By(fit.ML.BinaryClassification.Trainers.Alice(options));
    }

    protected override float[][] Outputs(IDataView scored) =>
        [.. scored.GetColumn<float>("Probability").Select(probability => new[] { probability })];

    public override IReadOnlyList<Metric> Evaluate(MLContext ml, float[] labels, float[][] outputs)
    {
        int[] predicted = [.. outputs.Select(Class)];
        return
        [
            new("AUC", "auc", ClassificationMetrics.Auc(labels, [.. outputs.Select(o => o[0])])) { Remark =
                WithoutAuc(labels) },
            new("accuracy", "accuracy", ClassificationMetrics.Accuracy(labels, predicted)),
            new("F1", "f1", ClassificationMetrics.F1(labels, predicted))
            {
                Remark = labels.Any(l => l > 0) || predicted.Contains(1) ? null
                    : $"no row is {Schema.Target.Classes[1]} and none is predicted to be",
            },
            new("log-loss", "logLoss", ClassificationMetrics.LogLoss(
                labels.Zip(outputs, (label, output) => label > 0 ? output[0] : 1.0 - output[0]))),
        ];
    }

    public override IEnumerable<string> Fields(float[] outputs) =>
        [Schema.Target.Classes[Class(outputs)], Text(outputs[0])];

    public override LearningCurve Curve(NetworkSettings settings, IReadOnlyList<Metric> test) =>
        new($"log-loss of {Schema.Label.Name}", loss => loss, test[3].Value);

    private string? WithoutAuc(float[] labels)
    {
        var positives = labels.Count(l => l > 0);
        return positives > 0 && positives < labels.Length ? null
            : $"every row is {Schema.Target.Classes[positives > 0 ? 1 : 0]}, and it needs both classes";
    }

    private static int Class(float[] outputs) => outputs[0] > 0.5f ? 1 : 0;
}
