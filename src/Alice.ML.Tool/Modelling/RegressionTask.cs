using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>Learning to predict a number.</summary>
internal sealed class RegressionTask(TableSchema schema) : TableTask(schema)
{
    public override string LossKey => "rmse";

    public override IReadOnlyList<string> Header => ["Score"];

    protected override ITransformer FitNetwork(
        NetworkFit fit, Action<AliceTrainerOptions> complete, NetworkSettings settings)
    {
        var options = new AliceRegressionTrainer.Options { Loss = settings.Loss ?? RegressionLoss.Squared };
        complete(options);
        return fit.By(fit.ML.Regression.Trainers.Alice(options));
    }

    protected override float[][] Outputs(IDataView scored) =>
        [.. scored.GetColumn<float>("Score").Select(score => new[] { score })];

    public override IReadOnlyList<Metric> Evaluate(MLContext ml, float[] labels, float[][] outputs)
    {
        var pairs = labels.Zip(outputs, (label, output) => new Pair { Label = label, Score = output[0] });
        var metrics = ml.Regression.Evaluate(ml.Data.LoadFromEnumerable(pairs));
        var isConstant = labels.All(label => label == labels[0]);
        return
        [
            new("RMSE", "rmse", metrics.RootMeanSquaredError),
            new("R2", "r2", isConstant ? double.NaN : RSquared(labels, outputs))
            {
                Remark = isConstant ? $"every row's {Schema.Label.Name} is {labels[0]}, so there is nothing to explain"
                    : null,
            },
            new("MAE", "mae", metrics.MeanAbsoluteError),
        ];
    }

    // ML.NET's squares labels in single precision: it is 1 for labels of 1e20.
    private static double RSquared(float[] labels, float[][] outputs)
    {
        var mean = labels.Average(label => (double)label);
        var residuals = labels.Zip(outputs, (label, output) => (double)label - output[0]);
        return 1 - residuals.Sum(residual => residual * residual)
            / labels.Sum(label => (label - mean) * (label - mean));
    }

    public override IEnumerable<string> Fields(float[] outputs) => [Text(outputs[0])];

    public override LearningCurve Curve(NetworkSettings settings, IReadOnlyList<Metric> test) => settings.Loss is null
            || settings.Loss == RegressionLoss.Squared
        ? new($"root mean squared error of {Schema.Label.Name}", Math.Sqrt, test[0].Value)
        : new($"{settings.Loss} loss of {Schema.Label.Name}", loss => loss,
            settings.Loss == RegressionLoss.Absolute ? test[2].Value : null);

    private sealed class Pair
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }
}
