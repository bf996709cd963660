using Alice.ML.Tool.Report;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Report;

/// <summary>The figures of a report are those of ML.NET's evaluators, and follow from their definitions.</summary>
[TestClass]
public sealed class ReportFiguresTests
{
    [TestMethod]
    public void Errors_of_numbers_are_those_of_ML_NET()
    {
        var example = ReportExample.Regression();
        var subject = Read(example);
        var expected = example.ML.Regression.Evaluate(example.Model.Transform(example.Test), example.Label);
        Assert.AreEqual(expected.RootMeanSquaredError, subject.Metrics[0].Value, 1e-6);
        Assert.AreEqual(expected.RSquared, subject.Metrics[1].Value, 1e-6);
        Assert.AreEqual(expected.MeanAbsoluteError, subject.Metrics[2].Value, 1e-6);
        Assert.AreEqual(expected.RootMeanSquaredError,
            RowLoss.Of(subject).Error(subject.Labels, subject.Outputs), 1e-4);
    }

    [TestMethod]
    public void Rivals_are_trained_and_tested_on_the_same_rows()
    {
        var example = ReportExample.Regression();
        var subject = Read(example);
        var labels = example.Train.GetColumn<float>(example.Label).ToArray();
        var tests = example.Test.GetColumn<float>(example.Label).ToArray();
        var mean = labels.Average();
        var constant = subject.Rivals.Single(r => r.Name == "mean");
        Assert.AreEqual(Math.Sqrt(tests.Average(t => (double)(t - mean) * (t - mean))), constant.Metrics![0].Value,
            1e-3);
        var fast = subject.Rivals.Single(r => r.Name == "FastTree");
        Assert.IsLessThan(0.5 * constant.Metrics[0].Value, fast.Metrics![0].Value);
        Assert.IsGreaterThan(0.0, fast.Seconds!.Value);
        var light = subject.Rivals.Single(r => r.Name == "LightGBM");
        Assert.AreEqual(Rival.HasLightGbm, light.Metrics is not null);
    }

    [TestMethod]
    public void The_curve_of_two_classes_has_the_area_and_the_points_of_ML_NET()
    {
        var example = ReportExample.Binary();
        var subject = Read(example);
        var expected = example.ML.BinaryClassification.Evaluate(example.Model.Transform(example.Test), example.Label);
        bool[] isClass = [.. subject.Labels.Select(l => l > 0)];
        double[] p = [.. subject.Outputs.Select(o => (double)o[0])];
        Assert.AreEqual(expected.AreaUnderRocCurve, ClassFigures.Area(ClassFigures.Curve(isClass, p)), 1e-9);
        var half = ClassFigures.At(Math.BitIncrement(0.5), isClass, p);
        Assert.AreEqual(expected.PositivePrecision, half.Precision, 1e-9);
        Assert.AreEqual(expected.PositiveRecall, half.Recall, 1e-9);
        Assert.AreEqual(1 - expected.NegativeRecall, half.FalseAlarms, 1e-9);
        Assert.AreEqual(expected.F1Score, half.F1, 1e-9);
        var counts = ClassFigures.Confusion(subject.Labels, [.. p.Select(v => v > 0.5 ? 1 : 0)], 2);
        // ML.NET has the positive class first.
        Assert.AreEqual(expected.ConfusionMatrix.Counts[0][0], counts[1, 1]);
        Assert.AreEqual(expected.ConfusionMatrix.Counts[0][1], counts[1, 0]);
        Assert.AreEqual(expected.ConfusionMatrix.Counts[1][0], counts[0, 1]);
    }

    [TestMethod]
    public void The_confusion_matrix_of_several_classes_is_that_of_ML_NET()
    {
        var example = ReportExample.Multiclass();
        var subject = Read(example);
        var expected = example.ML.MulticlassClassification.Evaluate(example.Model.Transform(example.Test),
            example.Label);
        Assert.AreEqual(expected.MicroAccuracy, subject.Metrics[0].Value, 1e-9);
        Assert.AreEqual(expected.MacroAccuracy, subject.Metrics[1].Value, 1e-9);
        Assert.AreEqual(expected.LogLoss, subject.Metrics[2].Value, 1e-5);
        var counts = ClassFigures.Confusion(subject.Labels,
            [.. subject.Outputs.Select(o => Array.IndexOf(o, o.Max()))], 3);
        for (var t = 0; t < 3; t++)
            for (var p = 0; p < 3; p++)
                Assert.AreEqual(expected.ConfusionMatrix.Counts[t][p], counts[t, p]);
    }

    [TestMethod]
    public void Curves_step_over_rows_of_the_same_probability_at_once()
    {
        var curve = ClassFigures.Curve([true, false, true, false], [0.9, 0.5, 0.5, 0.1]);
        CollectionAssert.AreEqual(new[] { 0, 0.5, 1, 1 }, curve.Select(o => o.Recall).ToArray());
        CollectionAssert.AreEqual(new[] { 0, 0, 0.5, 1 }, curve.Select(o => o.FalseAlarms).ToArray());
        Assert.AreEqual(0.875, ClassFigures.Area(curve), 1e-12);
    }

    [TestMethod]
    public void Reliability_and_calibration_are_means_of_equal_groups()
    {
        var bins = ClassFigures.Reliability(
            [.. Enumerable.Range(0, 100).Select(i => i >= 50)], [.. Enumerable.Range(0, 100).Select(i => i / 100.0)]);
        Assert.HasCount(10, bins);
        Assert.AreEqual(0.045, bins[0].Predicted, 1e-12);
        Assert.AreEqual(0, bins[4].Share);
        Assert.AreEqual(1, bins[5].Share);
        Assert.IsTrue(bins.All(b => b.Count == 10));

        var groups = NumberFigures.Calibration(
            [.. Enumerable.Range(0, 100).Select(i => i + (i % 2 == 0 ? 3f : 1f))],
            [.. Enumerable.Range(0, 100).Select(i => (double)i)]);
        Assert.AreEqual(4.5, groups[0].Predicted, 1e-9);
        Assert.AreEqual(6.5, groups[0].Measured, 1e-9);
        Assert.AreEqual(Math.Sqrt(10.0 / 9 / 10), groups[0].StandardError, 1e-9);
    }

    [TestMethod]
    public void Coverage_is_the_share_of_rows_at_or_below_each_quantile()
    {
        CollectionAssert.AreEqual(new[] { 0.25, 0.75 },
            NumberFigures.Coverage([1, 2, 3, 4], [[1, 1], [0, 2], [1, 5], [2, 3]]));
    }

    [TestMethod]
    public void A_column_that_says_nothing_matters_least_and_dependence_follows_what_was_learned()
    {
        var subject = Read(ReportExample.Regression());
        Assert.AreEqual(ReportExample.NastyName, subject.Importances[0].Column.Name);
        Assert.AreEqual("Noise", subject.Importances[^1].Column.Name);
        Assert.IsGreaterThan(20 * Math.Abs(subject.Importances[^1].Increase), subject.Importances[0].Increase);
        Assert.IsGreaterThan(0.0, subject.Importances[0].StandardError);

        var size = PartialDependence.Measure(subject, subject.Importances[0].Column, [0]);
        var slope = (size.Mean[0][^1] - size.Mean[0][0]) / (size.Numbers![^1] - size.Numbers[0]);
        Assert.AreEqual(2, slope, 0.3);
        for (var i = 0; i < size.Numbers.Length; i++)
        {
            Assert.IsLessThanOrEqualTo(size.Mean[0][i], size.Low[0][i]);
            Assert.IsGreaterThanOrEqualTo(size.Mean[0][i], size.High[0][i]);
        }
        Assert.IsTrue(size.Low[0].Zip(size.High[0]).Any(b => b.Second > b.First), "the networks differ");
        var district = PartialDependence.Measure(
            subject, subject.Factors.Single(f => f.Name == "District"), [0]);
        var mean = district.Names.Zip(district.Mean[0]).ToDictionary(p => p.First, p => p.Second);
        Assert.AreEqual(80, mean["south"] - mean["<b>north</b>"], 25);
    }

    private static Subject Read(ReportExample example) => Subject.Read(example.Model, example.Test,
        new() { LabelColumnName = example.Label, TrainingData = example.Train });
}
