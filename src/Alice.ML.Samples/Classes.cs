using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Samples;

/// <summary>Telling several classes apart, with a probability for each.</summary>
internal static class Classes
{
    /// <summary>Trains on three kinds of flowers and looks at one.</summary>
    /// <returns>The share of the test rows whose class is predicted.</returns>
    public static double Run(TextWriter output)
    {
        var ml = new MLContext(seed: 1);
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(Flowers(300)), testFraction: 0.25, seed: 1);

        // A class is a key for ML.NET: its text, numbered.
        var pipeline = ml.Transforms.Conversion.MapValueToKey("Label", nameof(Flower.Kind))
            .Append(ml.Transforms.Concatenate("Features", nameof(Flower.Length), nameof(Flower.Width)))
            .Append(ml.MulticlassClassification.Trainers.Alice())
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(split.TrainSet);

        var scored = model.Transform(split.TestSet);
        var metrics = ml.MulticlassClassification.Evaluate(scored);
        output.WriteLine($"accuracy {metrics.MicroAccuracy:F3}, log-loss {metrics.LogLoss:F3}");

        // The probabilities stand in the order of the classes.
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        scored.Schema["Score"].GetSlotNames(ref names);
        using var engine = ml.Model.CreatePredictionEngine<Flower, Prediction>(model);
        var prediction = engine.Predict(new Flower { Length = 4.2f, Width = 1.3f });
        output.WriteLine($"a flower of 4.2 by 1.3 cm is {prediction.PredictedLabel}:");
        foreach (var (name, probability) in names.DenseValues().Zip(prediction.Score))
            output.WriteLine($"  {name} {probability:P1}");
        return metrics.MicroAccuracy;
    }

    /// <summary>Lengths and widths about the middle of each kind.</summary>
    private static IEnumerable<Flower> Flowers(int count)
    {
        (string Kind, float Length, float Width)[] kinds =
            [("small", 1.5f, 0.3f), ("middle", 4.2f, 1.3f), ("large", 5.6f, 2.1f)];
        var random = new Random(1);
        float Noise() => random.NextSingle() + random.NextSingle() - 1;
        for (var i = 0; i < count; i++)
        {
            var (kind, length, width) = kinds[i % kinds.Length];
            yield return new Flower { Kind = kind, Length = length + Noise(), Width = width + 0.5f * Noise() };
        }
    }

    private sealed class Flower
    {
        public string Kind { get; set; } = "";

        public float Length { get; set; }

        public float Width { get; set; }
    }

    private sealed class Prediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
