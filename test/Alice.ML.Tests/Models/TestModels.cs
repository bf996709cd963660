using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>Networks, rows and transformers that no trainer made.</summary>
internal static class TestModels
{
    public static IEnumerable<object[]> Activations => Enum.GetValues<Activation>().Select(a => new object[] { a });

    /// <summary>Random weights of a size that keeps the sums near 1; some of them zero, and both signs of it.</summary>
    public static DenseNetwork Network(Activation activation, int seed, params int[] layerSizes)
    {
        var random = new Random(seed);
        var weights = new List<float>();
        for (var l = 1; l < layerSizes.Length; l++)
            for (var i = 0; i < (layerSizes[l - 1] + 1) * layerSizes[l]; i++)
                weights.Add((random.NextSingle() * 4 - 2) / MathF.Sqrt(layerSizes[l - 1]));
        weights[0] = -0f;
        weights[^1] = -0f;
        return new DenseNetwork(layerSizes, activation, [.. weights]);
    }

    /// <summary>Features between −2 and 2; about a third of them zero.</summary>
    public static float[] Features(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? 0f : random.NextSingle() * 4 - 2)];

    public static Row[] Rows(int seed, int count, int featureCount)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new Row
        {
            Features = Features(random, featureCount),
            Label = random.NextSingle(),
            Species = TestTasks.ClassNames[i % TestTasks.ClassNames.Length],
        })];
    }

    public static IDataView View(MLContext context, IEnumerable<Row> rows, int featureCount) =>
        context.Data.LoadFromEnumerable(rows, Schema(featureCount));

    public static SchemaDefinition Schema(int featureCount)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, featureCount);
        return schema;
    }

    public static RegressionPredictionTransformer<AliceRegressionModelParameters> Transformer(
        MLContext context, NetworkEnsemble ensemble, IDataView data) =>
        new(context, new AliceRegressionModelParameters(context, ensemble), data.Schema, nameof(Row.Features));

    public static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float>("Score")];

    public static float Forward(DenseNetwork network, float[] features)
    {
        var score = new float[network.OutputCount];
        network.Forward(features, score);
        return score[0];
    }
}

public sealed class Row
{
    public float[] Features { get; set; } = [];

    public float Label { get; set; }

    public string Species { get; set; } = "";
}

public sealed class Prediction
{
    public float Score { get; set; }
}
