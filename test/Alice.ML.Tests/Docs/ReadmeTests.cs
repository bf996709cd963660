using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Tests.Docs;

/// <summary>The code in README.md is the code below, which runs.</summary>
[TestClass]
public class ReadmeTests
{
    [TestMethod]
    public void The_pipeline_snippet_runs_and_predicts()
    {
        // <pipeline>
        var ml = new MLContext(seed: 1);
        IDataView houses = ml.Data.LoadFromEnumerable(Houses());
        var split = ml.Data.TrainTestSplit(houses, testFraction: 0.2);

        var pipeline = ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"))
            .Append(ml.Regression.Trainers.Alice(labelColumnName: "Price"));
        var model = pipeline.Fit(split.TrainSet);

        var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), labelColumnName: "Price");
        ml.Model.Save(model, houses.Schema, "houses.zip");

        // Any process, with no registration and no libtorch:
        ITransformer loaded = new MLContext().Model.Load("houses.zip", out _);
        // </pipeline>
        Assert.IsGreaterThan(0.95, metrics.RSquared);
        var again = ml.Regression.Evaluate(loaded.Transform(split.TestSet), labelColumnName: "Price");
        Assert.AreEqual(metrics.MeanSquaredError, again.MeanSquaredError);
        File.Delete("houses.zip");
        Snippets.AssertShown("README.md", "pipeline");

        // <effort>
        // What to expect on new rows, from rows that were held out in training.
        EstimatedValue error = model.LastTransformer.Model.TrainingSummary!.Estimate!.RootMeanSquaredError!.Value;
        Console.WriteLine($"RMSE {error.Value:g3} ± {error.StandardError:g2}");

        // Quick for a first look, Best for the model that you keep.
        var best = ml.Regression.Trainers.Alice(
            new AliceRegressionTrainer.Options { LabelColumnName = "Price", Effort = Effort.Best });
        // </effort>
        Assert.IsInRange(0.5, 2, error.Value / metrics.RootMeanSquaredError);
        Assert.AreEqual("Price", best.LabelColumn.Name);
        Snippets.AssertShown("README.md", "effort");
    }

    [TestMethod]
    public void The_options_snippet_compiles_and_makes_a_trainer()
    {
        var ml = new MLContext(seed: 1);
        // <options>
        var trainer = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Price",
            HiddenLayers = [128, 128],
            Activation = Activation.GELU,
            NumberOfEpochs = 50,
            Optimizer = AliceOptimizerOptions.Tabular with { QuickSteps = 3 },
            Device = "cpu",
            Progress = new Progress<AliceProgress>(p => Console.WriteLine($"{p.Phase}: {p.Share:P0}")),
        });
        // </options>
        Assert.AreEqual("Price", trainer.LabelColumn.Name);
        Snippets.AssertShown("README.md", "options");
    }

    private static IEnumerable<House> Houses()
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            var house = new House { Size = random.Next(40, 250), Rooms = random.Next(1, 8), District = random.Next(3) };
            house.Price = house.Size * (2 + house.District) + 15 * house.Rooms + random.NextSingle();
            yield return house;
        }
    }

    private sealed class House
    {
        public float Size { get; set; }

        public float Rooms { get; set; }

        public float District { get; set; }

        public float Price { get; set; }
    }
}
