using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Tests.Trainers;
using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Tests.Landscape;

[TestClass]
public sealed class PruneTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void The_expected_cost_of_a_change_is_that_of_Hessian_and_glass_without_the_gradient()
    {
        // √ρ c = 1, so a change of −4 costs ½ · 2 · 4² + 4^1.5 = 24; the gradient adds 0.5 · −4.
        const double unit = 3 * Math.PI / 2;
        var model = new LossModel(
            loss: 1, gradient: [0.5, 0.5, 0.5, 9], diagonal: [2, 0, -5, 7], density: [unit, 4 * unit, unit, unit]);
        double[] changes = [-4, 4, 1, 0];
        Close([24, 16, 1, 0], model.Of(changes));
        Close([22, 18, 1.5, 0], model.WithGradient(changes));

        static void Close(double[] expected, double[] actual)
        {
            foreach (var (e, a) in expected.Zip(actual))
                Assert.AreEqual(e, a, 1e-12);
        }
    }

    [TestMethod]
    public void A_quadratic_loss_costs_what_is_predicted()
    {
        // Independent columns of ±1: removing a weight w of a linear model adds w² to the squared error.
        var ml = new MLContext(1);
        float[] weights = [4, 3, 1, 0.5f];
        var data = Example.View(ml, Enumerable.Range(0, 128).Select(row =>
        {
            float[] signs = [.. Enumerable.Range(0, 4).Select(i => (row >> i & 1) == 0 ? -1 : 1)];
            return new Example { Features = signs, Label = signs.Zip(weights, (x, w) => x * w).Sum() };
        }));
        var model = ml.Regression.Trainers.Alice(Single([], 200, 1)).Fit(data).Model;
        const double cost = (1 + 0.25) / (16 + 9 + 1 + 0.25);
        foreach (var rounds in new[] { 1, 2 })
        {
            var pruned = model.Prune(0.5, data, options: new() { Rounds = rounds });
            TestContext.WriteLine($"{pruned}");
            Assert.AreEqual(2, pruned.ChangedCount);
            Assert.AreEqual(cost, pruned.MeasuredLoss - pruned.Loss, 0.05 * cost);
            Assert.AreEqual(cost, pruned.PredictedLoss - pruned.Loss, 0.05 * cost);
        }
    }

    [TestMethod]
    [DataRow(1), DataRow(2), DataRow(3)]
    public void The_default_order_costs_no_more_than_magnitude_and_far_less_than_chance(int seed)
    {
        var ml = new MLContext(1);
        var data = Example.View(ml, Example.Smooth(500, seed));
        // Few epochs: the gradient is not yet small, and an order that trusts it destroys the network.
        var model = ml.Regression.Trainers.Alice(Single([32, 32], 20, seed)).Fit(data).Model;
        CompressedModel<AliceRegressionModelParameters> Prune(double share, PruneOrder order, int randomSeed = 1) =>
            model.Prune(share, data, options: new() { Order = order, Seed = randomSeed });
        foreach (var share in new[] { 0.1, 0.2, 0.3, 0.5 })
        {
            var byDefault = model.Prune(share, data);
            var magnitude = Prune(share, PruneOrder.Magnitude).MeasuredLoss;
            var random = Enumerable.Range(1, 3).Average(s => Prune(share, PruneOrder.Random, s).MeasuredLoss);
            TestContext.WriteLine($"{share}: {byDefault.Loss:g3} to {byDefault.MeasuredLoss:g3}, magnitude "
                + $"{magnitude:g3}, random {random:g3}, with the gradient "
                + $"{Prune(share, PruneOrder.PredictedLossWithGradient).MeasuredLoss:g3}, predicted "
                + $"{byDefault.PredictedLoss:g3}");
            Assert.IsLessThanOrEqualTo(1.1 * magnitude, byDefault.MeasuredLoss, $"{share}");
            Assert.IsLessThan(0.3 * random, byDefault.MeasuredLoss, $"{share}");
            if (share <= 0.3)
                Assert.IsLessThan(1.3 * byDefault.Loss, byDefault.MeasuredLoss, $"{share}");
        }
    }

    [TestMethod]
    public void Rounds_remove_as_many_weights_and_are_refused_below_1()
    {
        var ml = new MLContext(1);
        var data = Example.View(ml, Example.Smooth(300));
        var model = ml.Regression.Trainers.Alice(Single([16, 16], 20, 1)).Fit(data).Model;
        var once = model.Prune(0.5, data);
        var rounds = model.Prune(0.5, data, options: new() { Rounds = 3 });
        Assert.AreEqual(once.ChangedCount, rounds.ChangedCount);
        Assert.AreEqual(once.Loss, rounds.Loss);
        Assert.AreNotEqual(once.MeasuredLoss, rounds.MeasuredLoss);
        Assert.IsLessThan(model.Prune(0.5, data, options: new() { Order = PruneOrder.Random }).MeasuredLoss,
            rounds.MeasuredLoss);
        Assert.AreEqual("Rounds is 0, but must be 1 or more.",
            Assert.ThrowsExactly<ArgumentException>(() => model.Prune(0.5, data, options: new() { Rounds = 0 }))
            .Message);
    }

    private static AliceRegressionTrainer.Options Single(int[] hiddenLayers, int epochs, int seed) => new()
    {
        HiddenLayers = hiddenLayers,
        NumberOfNetworks = 1,
        NumericEncoding = NumericEncoding.None,
        WeightDecay = 0,
        NumberOfEpochs = epochs,
        Seed = seed,
        Device = "cpu",
    };
}
