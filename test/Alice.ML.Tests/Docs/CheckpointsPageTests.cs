using Alice.ML.Tests.Tool;
using Alice.ML.Tests.Trainers;
using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Tests.Docs;

/// <summary>The code on docs/checkpoints.md.</summary>
[TestClass]
[DoNotParallelize]
public sealed class CheckpointsPageTests
{
    [TestMethod]
    public void A_fit_that_can_be_resumed()
    {
        using var folder = new TemporaryFolder();
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.PathOf("");
        try
        {
            Fit();
            Assert.IsTrue(File.Exists("model.zip"));
            Assert.IsEmpty(Directory.GetFiles(".", "run.ckpt*"));
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
        Snippets.AssertShown("docs/checkpoints.md", "fit");
    }

    private static void Fit()
    {
        var mlContext = new MLContext(seed: 1);
        var data = Example.View(mlContext, Example.Smooth(40));
        // <fit>
        var trainer = mlContext.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            CheckpointPath = "run.ckpt",
            ResumeFromCheckpoint = true,
        });
        var model = trainer.Fit(data);
        mlContext.Model.Save(model, data.Schema, "model.zip");
        File.Delete("run.ckpt");
        // </fit>
    }
}
