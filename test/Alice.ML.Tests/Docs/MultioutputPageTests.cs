using Alice.ML.Models;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Docs;

/// <summary>The code on docs/multioutput.md, run on small generated data.</summary>
[TestClass]
public sealed class MultioutputPageTests
{
    [TestMethod]
    public void Several_numbers()
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(Enumerable.Range(0, 400).Select(_ =>
        {
            float[] angles = [random.NextSingle(), random.NextSingle()];
            return new Reading { Angles = angles, X = angles[0], Y = 100 * angles[1], Z = angles[0] * angles[1] };
        }).ToArray()), testFraction: 0.25);
        // <numbers>
        var pipeline = ml.Transforms.Concatenate("Hand", "X", "Y", "Z")
            .Append(ml.Regression.Trainers.AliceMultioutput(new AliceMultioutputTrainer.Options
            {
                LabelColumnName = "Hand",
                FeatureColumnName = "Angles",
                Quantiles = [0.05, 0.95],
            }));
        var fitted = pipeline.Fit(split.TrainSet);
        AliceMultioutputModelParameters model = fitted.LastTransformer.Model;

        foreach (
            var (label, rows, metrics) in ml.Regression.EvaluateMultioutput(fitted.Transform(split.TestSet), "Hand"))
            Console.WriteLine($"{label}: RMSE {metrics!.RootMeanSquaredError}, R² {metrics.RSquared} on {rows} rows");

        foreach (var (label, estimate) in model.Labels.Zip(model.TrainingSummary!.Estimate!.Labels!))
            Console.WriteLine($"{label}: RMSE of about {estimate.RootMeanSquaredError!.Value.Value} on new rows");
        // </numbers>
        Assert.AreEqual("X Y Z", string.Join(' ', model.Labels));
        Snippets.AssertShown("docs/multioutput.md", "numbers");
    }

    [TestMethod]
    public void Several_labels_of_true_and_false()
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        var articles = Enumerable.Range(0, 300).Select(_ =>
        {
            float[] words = [random.NextSingle(), random.NextSingle()];
            return new Article { Words = words, Topics = [words[0] > 0.5, words[0] + words[1] > 1] };
        }).ToArray();
        var split = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(articles), testFraction: 0.25);
        // <topics>
        var trainer = ml.BinaryClassification.Trainers.AliceMultilabel("Topics", "Words");
        var model = trainer.Fit(split.TrainSet);

        foreach (var (label, rows, metrics) in
            ml.BinaryClassification.EvaluateMultilabel(model.Transform(split.TestSet), "Topics"))
            Console.WriteLine($"{label}: AUC {metrics?.AreaUnderRocCurve} on {rows} rows");

        using var engine = ml.Model.CreatePredictionEngine<Article, Topics>(model);
        float[] probabilities = engine.Predict(articles[0]).Probability;
        // </topics>
        Assert.HasCount(2, probabilities);
        Assert.AreEqual(articles[0].Topics[0], probabilities[0] > 0.5);
        Snippets.AssertShown("docs/multioutput.md", "topics");
    }

    private sealed class Reading
    {
        [VectorType(2)]
        public float[] Angles { get; set; } = [];

        public float X { get; set; }

        public float Y { get; set; }

        public float Z { get; set; }
    }

    private sealed class Article
    {
        [VectorType(2)]
        public float[] Words { get; set; } = [];

        [VectorType(2)]
        public bool[] Topics { get; set; } = [];
    }

    private sealed class Topics
    {
        public float[] Probability { get; set; } = [];
    }
}
