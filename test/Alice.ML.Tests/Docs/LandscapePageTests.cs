using Alice.ML.Landscape;
using Alice.ML.Tests.Landscape;
using Alice.ML.Trainers;
using Microsoft.ML;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Docs;

/// <summary>The code on docs/landscape.md.</summary>
[TestClass]
public sealed class LandscapePageTests
{
    [TestMethod]
    public void Landscape_page()
    {
        var ml = new MLContext(1);
        var data = ml.Transforms.CopyColumns("Rent", "Label").Fit(Rows(ml)).Transform(Rows(ml));
        ITransformer model = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            LabelColumnName = "Rent",
            HiddenLayers = [8],
            NumberOfNetworks = 1,
            NumberOfEpochs = 20,
            WeightDecay = 0,
            Seed = 1,
        }).Fit(data);

        // <measure>
        var report = model.MeasureLandscape(data, new LandscapeDataOptions { LabelColumnName = "Rent" });
        Console.WriteLine(report);
        // </measure>
        Assert.AreEqual(254, report.GradientEvaluations);
        Snippets.AssertShown("docs/landscape.md", "measure");

        // <prune>
        CompressedModel<ITransformer> pruned =
            model.Prune(0.3, data, new LandscapeDataOptions { LabelColumnName = "Rent" });
        Console.WriteLine($"loss {pruned.Loss}, predicted {pruned.PredictedLoss}, measured {pruned.MeasuredLoss}");
        // </prune>
        Assert.IsGreaterThan(0, pruned.ChangedCount);
        Snippets.AssertShown("docs/landscape.md", "prune");
    }

    [TestMethod]
    [DoNotParallelize]
    public void A_module_of_your_own()
    {
        using var small = new SmallNetwork(Alice.ML.Models.Activation.ReLU);
        var network = small.Module;
        Func<Tensor> Loss = small.Loss;
        // <module>
        LandscapeReport report = LandscapeProbe.Measure(network, Loss, new LandscapeOptions { Directions = 16 });
        // </module>
        Assert.HasCount(3, report.Layers);
        Snippets.AssertShown("docs/landscape.md", "module");
    }

    private static IDataView Rows(MLContext ml) => Trainers.Example.View(ml, Trainers.Example.Smooth(300));
}
