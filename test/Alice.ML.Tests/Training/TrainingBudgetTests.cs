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
    [DataRow(20, 20, 1, 1000)]
    [DataRow(1000, 64, 1, 384)]
    [DataRow(1000, 64, 0.25, 96)]
    [DataRow(10_000_000, 1024, 1, 8)]
    [DataRow(10_000_000, 1024, 0.25, 2)]
    public void The_epochs_follow_from_rows_minibatch_and_task(int rows, int batchSize, double share, int epochs) =>
        Assert.AreEqual(epochs, TrainingBudget.Epochs(rows, batchSize, share));

    [TestMethod]
    public void Classification_takes_a_quarter_of_the_epochs() =>
        Assert.AreEqual(0.25, LearningTask.Classify(new LogisticObjective(), 1).EpochShare);
}
