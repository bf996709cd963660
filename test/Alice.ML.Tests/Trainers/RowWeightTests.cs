using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>What the weights of rows mean, whether steps are taken by kernels or by tensors.</summary>
[TestClass]
public class RowWeightTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Validation_loss_and_metric_are_means_by_the_weights(bool usesKernels)
    {
        var held = Rows(300, seed: 2);
        var model = Fit(usesKernels, Rows(300, seed: 1), held);
        var summary = model.Model.TrainingSummary!;
        var best = summary.Epochs[summary.BestEpoch - 1];

        var scores = model.Transform(Example.View(_ml, held)).GetColumn<float>("Score").ToArray();
        double[] squares = [.. held.Zip(scores, (row, score) => Math.Pow(row.Label - score, 2))];
        var weighted = held.Zip(squares, (row, square) => row.Weight * square).Sum() / held.Sum(row => row.Weight);
        Assert.AreEqual(weighted, best.ValidationLoss!.Value, 1e-4 * weighted);
        Assert.AreEqual(Math.Sqrt(weighted), best.ValidationMetric!.Value, 1e-4 * Math.Sqrt(weighted));
        Assert.IsGreaterThan(0.01, Math.Abs(squares.Average() / weighted - 1), "or the test would show nothing");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Only_the_ratios_of_weights_count(bool usesKernels)
    {
        // A power of two, so that nothing is rounded.
        (float[] Scores, double?[] Losses) Train(float factor)
        {
            var (rows, held) = (Rows(300, seed: 1), Rows(100, seed: 2));
            foreach (var row in rows)
                row.Weight *= factor;
            foreach (var row in held)
                row.Weight *= factor;
            var model = Fit(usesKernels, rows, held);
            return ([.. model.Transform(Example.View(_ml, held)).GetColumn<float>("Score")],
                [.. model.Model.TrainingSummary!.Epochs.SelectMany(
                    e => new double?[] { e.TrainingLoss, e.ValidationLoss })]);
        }
        var (scores, losses) = Train(1);
        foreach (var factor in new[] { 1f / 1024, 4096f })
        {
            var other = Train(factor);
            CollectionAssert.AreEqual(losses, other.Losses);
            CollectionAssert.AreEqual(scores, other.Scores);
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Equal_weights_are_no_weights(bool usesKernels)
    {
        var rows = Rows(300, seed: 1);
        foreach (var row in rows)
            row.Weight = 8;
        AliceEpoch Last(bool hasWeights) =>
            Fit(usesKernels, rows, rows, hasWeights).Model.TrainingSummary!.Epochs[^1];
        var (with, without) = (Last(hasWeights: true), Last(hasWeights: false));
        Assert.AreEqual(without.TrainingLoss, with.TrainingLoss, 1e-3 * without.TrainingLoss);
        Assert.AreEqual(without.ValidationLoss!.Value, with.ValidationLoss!.Value, 1e-3 * without.ValidationLoss.Value);
    }

    /// <summary>Those that are hard to learn weigh more.</summary>
    private static List<Example> Rows(int count, int seed)
    {
        var rows = Example.Smooth(count, seed);
        foreach (var row in rows)
            row.Weight = 0.25f + 4 * Math.Abs(row.Features[0]);
        return rows;
    }

    private RegressionPredictionTransformer<AliceRegressionModelParameters> Fit(
        bool usesKernels, List<Example> rows, List<Example> held, bool hasWeights = true)
    {
        var options = new AliceRegressionTrainer.Options
        {
            ExampleWeightColumnName = hasWeights ? nameof(Example.Weight) : null,
            HiddenLayers = [8],
            NumberOfEpochs = 12,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Seed = 1,
            Device = "cpu",
        };
        // Only tensors measure the signed curvature.
        if (!usesKernels)
            options.Optimizer = options.Optimizer with { HessianEstimate = HessianEstimate.Signed };
        return _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, rows), Example.View(_ml, held));
    }
}
