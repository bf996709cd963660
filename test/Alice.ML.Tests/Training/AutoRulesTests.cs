using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Alice.ML.Tests.Docs;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;

namespace Alice.ML.Tests.Training;

/// <summary>The rules that docs/rules.md states.</summary>
[TestClass]
public sealed class AutoRulesTests
{
    [TestMethod]
    [DataRow(20, 20)]
    [DataRow(1000, 64)]
    [DataRow(50_000, 64)]
    [DataRow(50_001, 128)]
    [DataRow(200_001, 256)]
    [DataRow(100_000_000, 1024)]
    public void A_minibatch_grows_with_the_rows(int rows, int size) =>
        Assert.AreEqual(size, AutoRules.BatchSize(rows));

    [TestMethod]
    [DataRow(20, 20, false, 1000)]
    [DataRow(1000, 64, false, 384)]
    [DataRow(1000, 64, true, 96)]
    [DataRow(5000, 64, true, 80)]
    [DataRow(10_000_000, 1024, false, 4)]
    [DataRow(10_000_000, 1024, true, 4)]
    public void The_epochs_follow_from_rows_minibatch_and_task(int rows, int batchSize, bool isShort, int epochs) =>
        Assert.AreEqual(epochs, AutoRules.Epochs(rows, batchSize, isShort));

    [TestMethod]
    [DataRow(32, 1, 9, 64)]
    [DataRow(33, 1, 0, 128)]
    [DataRow(1025, 1, 0, 64)]
    [DataRow(33, 3, 0, 128)]
    [DataRow(16, 1, 10, 128)]
    public void Many_columns_or_classes_get_wider_layers(int columns, int labels, int classes, int units) =>
        CollectionAssert.AreEqual(new[] { units, units }, AutoRules.HiddenLayers(columns, labels, classes));

    [TestMethod]
    public void Several_labels_of_few_columns_get_three_layers_and_count_for_patience()
    {
        CollectionAssert.AreEqual(new[] { 64, 96, 64 }, AutoRules.HiddenLayers(8, 3, 0));
        Assert.IsTrue(AutoRules.IsPatient(3000, 1, isClassification: false, hasBins: true, weightDecay: 1, dropout: 0));
        Assert.IsFalse(
            AutoRules.IsPatient(3000, 2, isClassification: false, hasBins: true, weightDecay: 1, dropout: 0));
    }

    [TestMethod]
    [DataRow(Effort.Quick, 48)]
    [DataRow(Effort.Default, 384)]
    [DataRow(Effort.Best, 1536)]
    public void Effort_is_a_multiple_of_the_epochs(Effort effort, int epochs) =>
        Assert.AreEqual(epochs, AutoRules.Epochs(1000, 64, isClassification: false, effort));

    [TestMethod]
    [DataRow(49, 8, 8, false, false)]
    [DataRow(50, 8, 8, false, true)]
    [DataRow(200, 400, 40, false, true)]
    [DataRow(200, 401, 40, false, false)]
    [DataRow(1000, 100, 32, true, true)]
    [DataRow(1000, 100, 33, true, false)]
    [DataRow(1000, 100, 0, true, false)]
    public void Bins_need_rows_and_in_classification_few_numbers(
        int rows, int columns, int numbers, bool isClassification, bool suits) =>
            Assert.AreEqual(suits, AutoRules.SuitsBins(rows, columns, numbers, isClassification));

    [TestMethod]
    [DataRow(500, 8, 32)]
    [DataRow(2500, 8, 50)]
    [DataRow(2500, 64, 32)]
    [DataRow(100_000, 8, 96)]
    [DataRow(100_000, 16, 64)]
    public void Bins_grow_with_the_rows_and_fewer_columns(int rows, int columns, int bins) =>
        Assert.AreEqual(bins, AutoRules.Bins(rows, columns));

    [TestMethod]
    [DataRow(3000, true, false, LearningRateSchedule.Averaged)]
    [DataRow(2999, true, false, LearningRateSchedule.Cosine)]
    [DataRow(3000, false, false, LearningRateSchedule.Cosine)]
    [DataRow(3000, true, true, LearningRateSchedule.Cosine)]
    public void Weights_of_bins_are_averaged_in_regression_with_many_rows(
        int rows, bool isEncoded, bool isClassification, LearningRateSchedule schedule) =>
            Assert.AreEqual(schedule, AutoRules.Schedule(rows, isEncoded, isClassification));

    [TestMethod]
    public void Classification_takes_fewer_epochs() =>
        Assert.IsTrue(LearningTask.Classify(new LogisticObjective(), 1).IsClassification);

    [TestMethod]
    public void The_page_has_every_constant_and_its_value()
    {
        var page = File.ReadAllText(Path.Combine(Snippets.Repository(), "docs", "rules.md"));
        var stated = Regex.Matches(page, @"^\| `(\w+)` \| ([\d.]+) \|", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[1].Value, row => double.Parse(
                row.Groups[2].Value, CultureInfo.InvariantCulture));
        var constants = typeof(AutoRules).GetFields(BindingFlags.Public | BindingFlags.Static)
            .ToDictionary(field => field.Name, field => field.GetRawConstantValue() is float single
                ? (double)(decimal)single
                : Convert.ToDouble(field.GetRawConstantValue(), CultureInfo.InvariantCulture));
        Assert.IsGreaterThan(50, constants.Count);
        CollectionAssert.AreEquivalent(constants.ToArray(), stated.ToArray());
    }
}
