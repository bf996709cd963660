using Alice.ML.Tool.Modelling;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Tool;

/// <summary>
/// The sample's metrics are ML.NET's, except that its own are defined on rows where ML.NET's are not.
/// </summary>
[TestClass]
public sealed class ClassificationMetricsTests
{
    [TestMethod]
    public void Two_classes_are_measured_as_ML_NET_does()
    {
        var random = new Random(1);
        // In steps of a tenth, so that some tie.
        BinaryRow[] rows = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            var probability = (1 + random.Next(9)) / 10f;
            return new BinaryRow
            {
                Label = random.NextSingle() < probability,
                Probability = probability,
                Score = MathF.Log(probability / (1 - probability)),
                PredictedLabel = probability > 0.5f,
            };
        })];
        var ml = new MLContext(1);
        var expected = ml.BinaryClassification.Evaluate(ml.Data.LoadFromEnumerable(rows));

        float[] truth = [.. rows.Select(r => r.Label ? 1f : 0f)];
        int[] predicted = [.. rows.Select(r => r.PredictedLabel ? 1 : 0)];
        Assert.AreEqual(expected.AreaUnderRocCurve,
            ClassificationMetrics.Auc(truth, [.. rows.Select(r => r.Probability)]), 1e-9);
        Assert.AreEqual(expected.Accuracy, ClassificationMetrics.Accuracy(truth, predicted), 1e-9);
        Assert.AreEqual(expected.F1Score, ClassificationMetrics.F1(truth, predicted), 1e-9);
        // ML.NET gives bits for two classes and nats for several.
        Assert.AreEqual(expected.LogLoss * Math.Log(2), ClassificationMetrics.LogLoss(
            rows.Select(r => r.Label ? r.Probability : 1.0 - r.Probability)), 1e-6);
    }

    [TestMethod]
    public void Several_classes_are_measured_as_ML_NET_does()
    {
        var random = new Random(1);
        ClassRow[] rows = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            float[] weights = [random.NextSingle(), random.NextSingle(), random.NextSingle() / 2];
            return new ClassRow { Label = (uint)random.Next(3), Score = [.. weights.Select(w => w / weights.Sum())] };
        })];
        foreach (var row in rows)
            row.PredictedLabel = (uint)Array.IndexOf(row.Score, row.Score.Max());
        var ml = new MLContext(1);
        var keys = ml.Data.LoadFromEnumerable(new[] { 0u, 1u, 2u }.Select(c => new ClassKey { Class = c }));
        var data = ml.Data.LoadFromEnumerable(rows);
        data = ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys)
            .Append(ml.Transforms.Conversion.MapValueToKey("PredictedLabel", keyData: keys)).Fit(data).Transform(data);
        var expected = ml.MulticlassClassification.Evaluate(data);

        float[] truth = [.. rows.Select(r => (float)r.Label)];
        int[] predicted = [.. rows.Select(r => (int)r.PredictedLabel)];
        Assert.AreEqual(expected.MicroAccuracy, ClassificationMetrics.Accuracy(truth, predicted), 1e-9);
        Assert.AreEqual(expected.MacroAccuracy, ClassificationMetrics.MacroAccuracy(truth, predicted), 1e-9);
        Assert.AreEqual(expected.LogLoss,
            ClassificationMetrics.LogLoss(rows.Select(r => (double)r.Score[r.Label])), 1e-6);
    }

    [TestMethod]
    public void Where_one_class_is_absent_AUC_is_not_defined()
    {
        Assert.IsTrue(double.IsNaN(ClassificationMetrics.Auc([1, 1], [0.2f, 0.8f])));
        Assert.AreEqual(0.5, ClassificationMetrics.Auc([0, 1], [0.4f, 0.4f]));
    }

    [TestMethod]
    public void A_class_that_the_model_does_not_know_is_never_predicted_right()
    {
        Assert.AreEqual(0.5, ClassificationMetrics.Accuracy([-1, 0], [0, 0]));
        Assert.AreEqual(0.5, ClassificationMetrics.MacroAccuracy([-1, 0, 0], [0, 0, 0]));
        Assert.AreEqual(-Math.Log(1e-15), ClassificationMetrics.LogLoss([0.0]), 1e-9);
    }

    private sealed class BinaryRow
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class ClassRow
    {
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public uint PredictedLabel { get; set; }
    }

    private sealed class ClassKey
    {
        public uint Class { get; set; }
    }
}
