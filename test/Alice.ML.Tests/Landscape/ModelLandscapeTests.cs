using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Tests.Trainers;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Landscape;

[TestClass]
public sealed class ModelLandscapeTests
{
    private static readonly LandscapeOptions _small = new() { Directions = 2, PointsPerDecade = 2, LinePoints = 4 };

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Tasks => TaskCase.Rows;

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void A_model_of_any_task_is_measured_at_the_loss_it_was_trained_to(TaskCase task)
    {
        var (ml, data) = Data(task, 500);
        var model = task.Trainer(
            ml, o => (o.NumberOfNetworks, o.NumericEncoding, o.WeightDecay) = (1, NumericEncoding.None, 0)).Fit(data);
        var report = model.MeasureLandscape(data, options: _small);
        TestContext.WriteLine(report.ToString());
        var last = task.Summary(model).Epochs[^1].TrainingLoss;
        var unit = task.ToString()!.StartsWith("Regression") ? Variance(data) : 1;
        // The last epoch's loss is a mean over steps of a network that is still moving a little.
        Assert.AreEqual(last / unit, report.Loss, 0.15 * last / unit);
        CollectionAssert.AreEqual(new[] { "hidden 1", "output" }, report.Layers.Select(layer => layer.Name).ToArray());
        Assert.AreEqual(_small.GradientEvaluations, report.GradientEvaluations);
    }

    [TestMethod]
    [DynamicData(nameof(Tasks))]
    public void A_pruned_pipeline_predicts_saves_and_costs_what_was_measured(TaskCase task)
    {
        var (ml, data) = Data(task, 500);
        var model = task.Trainer(
            ml, o => (o.NumberOfNetworks, o.NumericEncoding, o.WeightDecay) = (2, NumericEncoding.None, 0)).Fit(data);
        var pruned = model.Prune(0.5, data);
        TestContext.WriteLine(pruned.ToString());
        Assert.AreEqual(pruned.WeightCount / 2, pruned.ChangedCount, 2);
        Assert.IsGreaterThanOrEqualTo(pruned.Loss, pruned.PredictedLoss);

        using var file = new MemoryStream();
        ml.Model.Save(pruned.Model, data.Schema, file);
        var loaded = ml.Model.Load(file, out _);
        var scores = task.Scores(ml, pruned.Model.Transform(data));
        CollectionAssert.AreEqual(scores, task.Scores(ml, loaded.Transform(data)));
        Assert.IsTrue(scores.All(float.IsFinite));
        // The loss of the smaller model is that which was measured; what is removed stays removed.
        var again = loaded.Prune(0, data);
        Assert.AreEqual(pruned.MeasuredLoss, again.Loss, 1e-3 * pruned.MeasuredLoss);
        Assert.AreEqual(0, again.ChangedCount);
        Assert.IsLessThanOrEqualTo(pruned.WeightCount, again.WeightCount);
    }

    [TestMethod]
    public void An_encoded_network_and_quantiles_are_measured_and_pruned_like_others()
    {
        var ml = new MLContext(1);
        var data = Example.View(ml, Example.Smooth(400));
        var model = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            Seed = 1,
            NumberOfEpochs = 20,
            Device = "cpu",
            HiddenLayers = [8],
            NumberOfNetworks = 2,
            NumericEncoding = NumericEncoding.Mixed,
            WeightDecay = 0,
            Quantiles = [0.1, 0.9],
            AddScoreStandardDeviation = true,
        }).Fit(data).Model;
        Assert.IsLessThan(0.5, model.MeasureLandscape(data, options: _small, network: 1).Loss);
        var pruned = model.Prune(0.2, data);
        Assert.AreEqual(pruned.MeasuredLoss, pruned.Model.Prune(0, data).Loss, 1e-3 * pruned.MeasuredLoss);
        CollectionAssert.AreEqual(model.Quantiles.ToArray(), pruned.Model.Quantiles.ToArray());
    }

    [TestMethod]
    public void Useless_units_are_removed_without_changing_the_outputs()
    {
        // Unit 0 reads nothing, unit 1 is read by nothing, unit 2 works.
        var network = new DenseNetwork([2, 3, 1], Activation.ReLU, [0, 5, 1, 0, 6, 2, 0.5f, 7, 0.25f, 3, 0, 4, 1]);
        var small = UnitRemoval.Compact(new EnsembleMember(network)).Network;
        CollectionAssert.AreEqual(new[] { 2, 1, 1 }, small.LayerSizes.ToArray());
        float[] expected = [0], actual = [0];
        foreach (var row in new float[][] { [1, 2], [-3, 1], [0, 0] })
        {
            network.Forward(row, expected);
            small.Forward(row, actual);
            Assert.AreEqual(expected[0], actual[0], 1e-6f);
        }
    }

    [TestMethod]
    public void Rounding_is_predicted_to_cost_more_the_fewer_the_bits()
    {
        var ml = new MLContext(1);
        var data = Example.View(ml, Example.Smooth(500));
        var model = ml.Regression.Trainers.Alice(Single(30)).Fit(data);
        var fine = model.RoundWeights(12, data);
        var coarse = model.RoundWeights(5, data);
        TestContext.WriteLine($"{fine}\n{coarse}");
        Assert.IsLessThan(coarse.PredictedLoss - coarse.Loss, fine.PredictedLoss - fine.Loss);
        Assert.IsLessThan(coarse.MeasuredLoss, fine.MeasuredLoss);
        Assert.AreEqual(fine.Loss, fine.MeasuredLoss, 0.1 * fine.Loss);
    }

    [TestMethod]
    public void Bad_arguments_are_refused_with_the_remedy()
    {
        var ml = new MLContext(1);
        var data = Example.View(ml, Example.Smooth(100));
        var trainer = ml.Regression.Trainers.Alice(Single(1));
        var model = trainer.Fit(data);
        Assert.AreEqual("fraction is 1, but must be 0 or more and below 1.",
            Assert.ThrowsExactly<ArgumentException>(() => model.Prune(1, data)).Message);
        Assert.AreEqual("network is 1, but must be 0 to 0.",
            Assert.ThrowsExactly<ArgumentException>(() => model.MeasureLandscape(data, network: 1)).Message);
        Assert.AreEqual("bits is 1, but must be 2 to 16.",
            Assert.ThrowsExactly<ArgumentException>(() => model.RoundWeights(1, data)).Message);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(
            () => model.MeasureLandscape(data, new() { LabelColumnName = "Price" })).Message,
            "There is no label column 'Price'");
        var wide = ml.Transforms.Concatenate("Features", "Features", "Label").Fit(data).Transform(data);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => model.Model.Prune(0.1, wide)).Message,
            "The feature column 'Features' has 5 values, but the model was trained with 4.");
        var other = ml.Transforms.CopyColumns("Copy", "Label").Fit(data);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => other.Prune(0.1, data)).Message,
            "The pipeline has 0 models of Alice trainers, but must have one.");
    }

    private static AliceRegressionTrainer.Options Single(int epochs) => new()
    {
        NumberOfNetworks = 1,
        NumericEncoding = NumericEncoding.None,
        WeightDecay = 0,
        NumberOfEpochs = epochs,
        Seed = 1,
        Device = "cpu",
    };

    private static (MLContext ML, IDataView Data) Data(TaskCase task, int rows)
    {
        var ml = new MLContext(1);
        var view = Example.View(ml, Example.Smooth(rows));
        var numbered = ml.Transforms.CopyColumns("Number", "Label").Append(ml.Transforms.DropColumns("Label")).Fit(view)
            .Transform(view);
        return (ml, task.Labels(ml).Fit(numbered).Transform(numbered));
    }

    private static double Variance(IDataView data)
    {
        float[] labels = [.. data.GetColumn<float>("Label")];
        var mean = labels.Average();
        return labels.Average(y => (y - mean) * (y - mean));
    }
}
