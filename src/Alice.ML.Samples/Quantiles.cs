using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Samples;

/// <summary>An interval about a prediction: what nine of ten values lie in.</summary>
internal static class Quantiles
{
    /// <summary>Learns how long deliveries take, which is more uncertain the longer the way.</summary>
    /// <returns>The share of the test rows between the lowest and the highest quantile; 0.9 is asked for.</returns>
    public static double Run(TextWriter output)
    {
        var ml = new MLContext(seed: 1);
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(Deliveries(4000)), testFraction: 0.25, seed: 1);

        var pipeline = ml.Transforms.Concatenate("Features", nameof(Delivery.Kilometres), nameof(Delivery.Hour))
            .Append(ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
            {
                LabelColumnName = nameof(Delivery.Minutes),
                Quantiles = [0.05, 0.5, 0.95],
            }));
        var model = pipeline.Fit(split.TrainSet);

        var scored = model.Transform(split.TestSet);
        var covered = scored.GetColumn<float[]>("Quantiles").Zip(scored.GetColumn<float>(nameof(Delivery.Minutes)))
            .Average(row => row.Second >= row.First[0] && row.Second <= row.First[^1] ? 1.0 : 0.0);
        output.WriteLine($"{covered:P1} of the test rows lie in their interval; 90 % are meant to");

        using var engine = ml.Model.CreatePredictionEngine<Delivery, Estimate>(model);
        foreach (var kilometres in new[] { 2f, 15f })
        {
            var estimate = engine.Predict(new Delivery { Kilometres = kilometres, Hour = 12 });
            output.WriteLine($"{kilometres} km at noon: {estimate.Score:F0} min on average, " +
                $"nine of ten between {estimate.Quantiles[0]:F0} and {estimate.Quantiles[2]:F0}");
        }
        return covered;
    }

    /// <summary>Minutes a kilometer vary from delivery to delivery, and rise in the rush hour.</summary>
    private static IEnumerable<Delivery> Deliveries(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var (kilometres, hour) = (1 + 19 * random.NextSingle(), random.Next(8, 20));
            var pace = 2 + (hour is 8 or 17 ? 1.5f : 0) + 1.5f * random.NextSingle() * random.NextSingle();
            yield return new Delivery { Kilometres = kilometres, Hour = hour, Minutes = 5 + pace * kilometres };
        }
    }

    private sealed class Delivery
    {
        public float Kilometres { get; set; }

        public float Hour { get; set; }

        public float Minutes { get; set; }
    }

    private sealed class Estimate
    {
        public float Score { get; set; }

        public float[] Quantiles { get; set; } = [];
    }
}
