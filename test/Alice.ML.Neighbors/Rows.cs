using Alice.ML.Models;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Neighbors;

/// <summary>A row for each task: y = x₀ − 2 x₁ x₂, whether it is above 0, and which third it lies in.</summary>
public sealed class Row
{
    public const int Inputs = 4;

    [VectorType(Inputs)]
    public float[] Features { get; set; } = new float[Inputs];

    public float Number { get; set; }

    public bool IsPositive { get; set; }

    public string Third { get; set; } = "";

    public static IDataView View(MLContext ml, int rows)
    {
        var random = new Random(1);
        return ml.Data.LoadFromEnumerable(Enumerable.Range(0, rows).Select(_ =>
        {
            float[] x = [.. Enumerable.Range(0, Inputs).Select(_ => 20 * random.NextSingle() - 10)];
            var y = (x[0] - 0.2f * x[1] * x[2]) / 10;
            return new Row
            {
                Features = x,
                Number = y,
                IsPositive = y > 0,
                Third = y < -0.5 ? "low" : y < 0.5 ? "middle" : "high",
            };
        }).ToArray());
    }

    /// <summary>A pipeline of ML.NET's normaliser and Alice's trainer of a task.</summary>
    public static IEstimator<ITransformer> Pipeline(MLContext ml, string task)
    {
        var normalizer = ml.Transforms.NormalizeMinMax(nameof(Features));
        return task switch
        {
            "regression" => normalizer.Append(ml.Regression.Trainers.Alice(
                Small(new AliceRegressionTrainer.Options { LabelColumnName = nameof(Number) }))),
            "quantiles" => normalizer.Append(ml.Regression.Trainers.Alice(
                Small(new AliceRegressionTrainer.Options
                {
                    LabelColumnName = nameof(Number),
                    Quantiles = [0.1, 0.9]
                }))),
            "binary" => normalizer.Append(ml.BinaryClassification.Trainers.Alice(
                Small(new AliceBinaryTrainer.Options { LabelColumnName = nameof(IsPositive) }))),
            "multiclass" => normalizer.Append(ml.Transforms.Conversion.MapValueToKey("Key", nameof(Third)))
                .Append(ml.MulticlassClassification.Trainers.Alice(
                    Small(new AliceMulticlassTrainer.Options { LabelColumnName = "Key" }))),
            _ => throw new ArgumentOutOfRangeException(nameof(task), task, null),
        };
    }

    private static T Small<T>(T options)
        where T : AliceTrainerOptions
    {
        options.HiddenLayers = [16];
        options.Activation = Activation.GELU;
        options.NumberOfNetworks = 2;
        options.NumberOfEpochs = 60;
        options.WeightDecay = 0;
        options.Dropout = 0;
        options.NumericEncoding = NumericEncoding.Mixed;
        options.Seed = 1;
        options.Device = "cpu";
        return options;
    }
}
