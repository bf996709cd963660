using Alice.ML.Training;

namespace Alice.ML.Tests.Training;

/// <summary>The rules that docs/settings.md states.</summary>
[TestClass]
public sealed class TrainingBudgetTests
{
    [TestMethod]
    [DataRow(20, 20)]
    [DataRow(1000, 64)]
    [DataRow(50_000, 64)]
    [DataRow(50_001, 128)]
    [DataRow(200_001, 256)]
    [DataRow(100_000_000, 1024)]
    public void A_minibatch_grows_with_the_rows(int rows, int size) => Assert.AreEqual(size, TrainingBudget.BatchSize(rows));

    [TestMethod]
    [DataRow(20, 20, false, 1000)]
    [DataRow(1000, 64, false, 384)]
    [DataRow(1000, 64, true, 96)]
    [DataRow(5000, 64, true, 80)]
    [DataRow(10_000_000, 1024, false, 8)]
    [DataRow(10_000_000, 1024, true, 8)]
    public void The_epochs_follow_from_rows_minibatch_and_task(int rows, int batchSize, bool isShort, int epochs) =>
        Assert.AreEqual(epochs, TrainingBudget.Epochs(rows, batchSize, isShort));

    [TestMethod]
    [DataRow(1000, 64, 96, 1.11, 3.33, 33.3)]
    [DataRow(150, 64, 250, 8.53, 85.3)]
    [DataRow(20, 20, 10, 10, 100)]
    public void Weight_decays_of_classification_shrink_the_weights_as_much_whatever_the_steps(
        int rows, int batchSize, int epochs, params double[] decays) =>
        CollectionAssert.AreEqual(decays, TrainingBudget.WeightDecays(rows, batchSize, epochs, isClassification: true));

    [TestMethod]
    [DataRow(49, 8, false, false)]
    [DataRow(50, 8, false, true)]
    [DataRow(50, 64, false, true)]
    [DataRow(200, 400, false, true)]
    [DataRow(200, 401, false, false)]
    [DataRow(999, 8, true, false)]
    [DataRow(1000, 32, true, true)]
    [DataRow(1000, 33, true, false)]
    public void Bins_need_rows_and_in_classification_few_columns(int rows, int columns, bool isClassification, bool suits) =>
        Assert.AreEqual(suits, TrainingBudget.SuitsBins(rows, columns, isClassification));

    [TestMethod]
    [DataRow(500, 8, 32)]
    [DataRow(2500, 8, 50)]
    [DataRow(2500, 64, 32)]
    [DataRow(100_000, 8, 96)]
    [DataRow(100_000, 16, 64)]
    public void Bins_grow_with_the_rows_and_fewer_columns(int rows, int columns, int bins) => Assert.AreEqual(bins, TrainingBudget.Bins(rows, columns));

    [TestMethod]
    [DataRow(3000, true, false, LearningRateSchedule.Averaged)]
    [DataRow(2999, true, false, LearningRateSchedule.Cosine)]
    [DataRow(3000, false, false, LearningRateSchedule.Cosine)]
    [DataRow(3000, true, true, LearningRateSchedule.Cosine)]
    public void Weights_of_bins_are_averaged_in_regression_with_many_rows(
        int rows, bool isEncoded, bool isClassification, LearningRateSchedule schedule) =>
        Assert.AreEqual(schedule, TrainingBudget.Schedule(rows, isEncoded, isClassification));

    [TestMethod]
    public void Classification_takes_fewer_epochs() => Assert.IsTrue(LearningTask.Classify(new LogisticObjective(), 1).IsClassification);
}
