using System.Diagnostics;
using Alice.ML.Evaluation;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Samples;

/// <summary>Several numbers from one model: where the hand of the robot arm is, beside three models of a number
/// each.</summary>
internal static class SeveralLabels
{
    /// <summary>Learns x, y and z of the hand, in one model and in three.</summary>
    /// <returns>For each coordinate the RMSE of the one model over that of its own; and the seconds of the one model
    /// over those of the three.</returns>
    public static (double[] Errors, double Seconds) Run(TextWriter output, int rows = 4096, int seed = 1)
    {
        var ml = new MLContext(seed);
        var split = ml.Data.TrainTestSplit(
            ml.Data.LoadFromEnumerable(Simulate(rows, seed)), testFraction: 0.25, seed: 1);

        // The columns become the slots of one label.
        string[] coordinates = [nameof(Reading.X), nameof(Reading.Y), nameof(Reading.Z)];
        var pipeline = ml.Transforms.Concatenate("Hand", coordinates)
            .Append(ml.Regression.Trainers.AliceMultioutput("Hand", nameof(Reading.Angles)));
        var clock = Stopwatch.StartNew();
        var model = pipeline.Fit(split.TrainSet);
        var together = clock.Elapsed.TotalSeconds;
        IReadOnlyList<LabelMetrics<RegressionMetrics>> metrics =
            ml.Regression.EvaluateMultioutput(model.Transform(split.TestSet), "Hand");

        output.WriteLine($"{"label",-6}{"RMSE of one model, m",22}{"of its own model, m",22}");
        var (alone, ratios) = (0.0, new List<double>());
        foreach (var (label, _, its) in metrics)
        {
            clock.Restart();
            var single = ml.Regression.Trainers.Alice(label, nameof(Reading.Angles)).Fit(split.TrainSet);
            alone += clock.Elapsed.TotalSeconds;
            var own = ml.Regression.Evaluate(single.Transform(split.TestSet), label).RootMeanSquaredError;
            output.WriteLine($"{label,-6}{its!.RootMeanSquaredError,22:F4}{own,22:F4}");
            ratios.Add(its.RootMeanSquaredError / own);
        }
        output.WriteLine($"{together:F1} s for the one model, {alone:F1} s for the three");

        using var engine = ml.Model.CreatePredictionEngine<Reading, Position>(model);
        var hand = engine.Predict(new Reading()).Score;
        output.WriteLine($"stretched, the hand is at {hand[0]:F2}, {hand[1]:F2}, {hand[2]:F2} m");
        return ([.. ratios], together / alone);
    }

    private static IEnumerable<Reading> Simulate(int rows, int seed)
    {
        var random = new Random(seed);
        foreach (var angles in Arm.Simulate(rows, seed).Select(reading => reading.Angles))
        {
            var hand = Arm.Hand(angles);
            float Measure(double metres) => (float)(metres + Arm.NoiseStandardDeviation * Arm.Gaussian(random));
            yield return new Reading { Angles = angles, X = Measure(hand.X), Y = Measure(hand.Y), Z = Measure(hand.Z) };
        }
    }

    private sealed class Reading
    {
        [VectorType(Arm.Joints)]
        public float[] Angles { get; set; } = new float[Arm.Joints];

        public float X { get; set; }

        public float Y { get; set; }

        public float Z { get; set; }
    }

    private sealed class Position
    {
        public float[] Score { get; set; } = [];
    }
}
