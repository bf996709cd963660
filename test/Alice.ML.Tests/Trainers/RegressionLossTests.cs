using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>Each loss is known by what its minimiser estimates.</summary>
[TestClass]
public class RegressionLossTests
{
    private readonly MLContext _ml = new(seed: 1);

    // The label does not depend on the features, so the score estimates one number.
    private float[] ConstantScores(RegressionLoss loss, Func<Random, float> label)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 4000)
            .Select(_ => new Example { Features = [random.NextSingle(), 0, 0, 0], Label = label(random) });
        var data = Example.View(_ml, rows.ToList());
        var model = _ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            Loss = loss,
            HiddenLayers = [4],
            NumberOfEpochs = 30,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Seed = 1,
            Device = "cpu",
        }).Fit(data);
        var scored = model.Transform(data);
        return [.. scored.GetColumn<float>(scored.Schema["Score"])];
    }

    // Exponential with mean 1: median ln 2, 0.9-quantile ln 10.
    private static float Exponential(Random random) => -MathF.Log(1 - random.NextSingle());

    [TestMethod]
    public void Squared_estimates_the_mean() =>
        Assert.AreEqual(1, ConstantScores(RegressionLoss.Squared, Exponential).Average(), 0.06);

    [TestMethod]
    public void Absolute_estimates_the_median() =>
        Assert.AreEqual(Math.Log(2), ConstantScores(RegressionLoss.Absolute, Exponential).Average(), 0.06);

    [TestMethod]
    public void Quantile_estimates_the_quantile() =>
        Assert.AreEqual(Math.Log(10), ConstantScores(RegressionLoss.Quantile(0.9), Exponential).Average(), 0.2);

    [TestMethod]
    public void Huber_with_a_small_threshold_estimates_the_median_and_with_a_large_one_the_mean()
    {
        Assert.AreEqual(Math.Log(2), ConstantScores(RegressionLoss.Huber(0.05), Exponential).Average(), 0.08);
        Assert.AreEqual(1, ConstantScores(RegressionLoss.Huber(100), Exponential).Average(), 0.06);
    }

    [TestMethod]
    public void Poisson_estimates_a_rate_above_0_that_depends_on_the_features()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 5000).Select(_ =>
        {
            var x = random.NextSingle();
            return new Example { Features = [x, 0, 0, 0], Label = Poisson(random, Math.Exp(3 * x - 2)) };
        }).ToList();
        var data = Example.View(_ml, rows);
        var model = _ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            Loss = RegressionLoss.Poisson,
            HiddenLayers = [8],
            NumberOfEpochs = 40,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Seed = 1,
            Device = "cpu",
        }).Fit(data);
        var scores = model.Transform(data).GetColumn<float>("Score").ToArray();
        Assert.IsTrue(scores.All(s => s > 0));
        for (var i = 0; i < 100; i++)
            Assert.AreEqual(3 * rows[i].Features[0] - 2, Math.Log(scores[i]), 0.25);
    }

    [TestMethod]
    public void Poisson_refuses_negative_labels()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            ConstantScores(RegressionLoss.Poisson, random => random.NextSingle() < 0.5 ? -1 : 2));
        StringAssert.StartsWith(error.Message,
            "The label column 'Label' holds -1: the Poisson loss is for counts, 0 or more.");
    }

    [TestMethod]
    public void Bad_parameters_are_refused()
    {
        foreach (var (loss, message) in new[]
        {
            (RegressionLoss.Huber(0),
                "Loss is Huber(0), but the threshold must be above 0 and finite in single precision: 1e-45 to 3e38."),
            (RegressionLoss.Quantile(1), "Loss is Quantile(1), but the quantile must be between 0 and 1."),
        })
        {
            var error = Assert.ThrowsExactly<ArgumentException>(
                () => _ml.Regression.Trainers.Alice(new() { Loss = loss }));
            Assert.AreEqual(message, error.Message);
        }
    }

    private static float Poisson(Random random, double rate)
    {
        var count = 0;
        for (var product = random.NextDouble(); product > Math.Exp(-rate); product *= random.NextDouble())
            count++;
        return count;
    }
}
