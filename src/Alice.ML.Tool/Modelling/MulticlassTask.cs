using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>Multiclass classification.</summary>
internal sealed class MulticlassTask(TableSchema schema) : TableTask(schema)
{
    public override IReadOnlyList<string> Header =>
        ["PredictedLabel", .. Schema.Target.Classes.Select(name => $"Probability.{name}")];

    protected override ITransformer FitNetwork(
        NetworkFit fit, Action<AliceTrainerOptions> complete, NetworkSettings settings)
    {
        var options = new AliceMulticlassTrainer.Options();
        complete(options);
        var network = fit.By(fit.ML.MulticlassClassification.Trainers.Alice(options));
        // So that programs that load the model get the class as text rather than a key.
        var toText = fit.ML.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(fit.Train));
        return new TransformerChain<ITransformer>(network, toText);
    }

    protected override float[][] Outputs(IDataView scored) => [.. scored.GetColumn<float[]>("Score")];

    public override IReadOnlyList<Metric> Evaluate(MLContext ml, float[] labels, float[][] outputs)
    {
        int[] predicted = [.. outputs.Select(Class)];
        return
        [
            new("accuracy", "accuracy", ClassificationMetrics.Accuracy(labels, predicted)),
            new("macro accuracy", "macroAccuracy", ClassificationMetrics.MacroAccuracy(labels, predicted)),
            new("log-loss", "logLoss", ClassificationMetrics.LogLoss(
                labels.Zip(outputs, (label, output) => label < 0 ? 0.0 : output[(int)label]))),
        ];
    }

    public override IEnumerable<string> Fields(float[] outputs) =>
        [Schema.Target.Classes[Class(outputs)], .. outputs.Select(Text)];

    public override LearningCurve Curve(NetworkSettings settings, IReadOnlyList<Metric> test) =>
        new($"log-loss of {Schema.Label.Name}", loss => loss, test[2].Value);

    private static int Class(float[] outputs) => Array.IndexOf(outputs, outputs.Max());
}
