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
    [DataRow(1000, 64, 96, 3.33, 33.3)]
    [DataRow(150, 64, 250, 8.53, 85.3)]
    [DataRow(20, 20, 10, 10, 100)]
    public void Weight_decays_of_classification_shrink_the_weights_as_much_whatever_the_steps(
        int rows, int batchSize, int epochs, double least, double most) =>
        CollectionAssert.AreEqual(new[] { least, most }, TrainingBudget.WeightDecays(rows, batchSize, epochs, isClassification: true));

    [TestMethod]
    public void Classification_takes_fewer_epochs() => Assert.IsTrue(LearningTask.Classify(new LogisticObjective(), 1).IsClassification);
}
