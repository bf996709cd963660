using Alice.ML.Training.Data;

namespace Alice.ML.Tests.Training.Data;

/// <summary>A row is its features, its label and its weight: wherever it goes, they go together.</summary>
[TestClass]
public class TrainingDataTests
{
    private const int Rows = 40;

    // Rows before the part, which belong to somebody else.
    private const int Before = 3;

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Splitting_moves_whole_rows_and_loses_none(bool isSparse)
    {
        var data = Make(isSparse);
        var (training, validation) = data.Split(0.25, seed: 1);
        Assert.AreEqual((30, 10), (training.Rows, validation.Rows));
        var (kept, held) = (Numbers(training), Numbers(validation));
        CollectionAssert.AreEqual(Expected(), kept.Concat(held).Order().ToArray());
        CollectionAssert.AreNotEqual(Expected()[30..], held.Order().ToArray(), "drawn, not the last ones");

        CollectionAssert.AreEqual(held, Numbers(Make(isSparse).Split(0.25, seed: 1).Validation));
        CollectionAssert.AreNotEqual(held, Numbers(Make(isSparse).Split(0.25, seed: 2).Validation));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Choosing_by_label_keeps_whole_rows(bool isSparse)
    {
        var kept = Make(isSparse).WithoutExtremes([new ColumnScale(0, 1, 10, 20, default, 0, 1)]);
        CollectionAssert.AreEqual(
            Enumerable.Range(10, 11).Select(n => (float)n).ToArray(), Numbers(kept).Order().ToArray());
    }

    private static float[] Expected() => [.. Enumerable.Range(1, Rows).Select(n => (float)n)];

    /// <summary>Row n has label n, weight n / 100 and the features n and −n.</summary>
    private static TrainingData Make(bool isSparse)
    {
        float[] labels = [.. Enumerable.Range(1 - Before, Before + Rows).Select(n => (float)n)];
        float[] weights = [.. labels.Select(label => label / 100)];
        FeatureTable table = isSparse
            ? new SparseFeatures([.. labels.Select(n => new SparseRow([0, 1], [n, -n]))], 2)
            : new DenseFeatures([.. labels.SelectMany(n => new[] { n, -n })], 2);
        return new TrainingData(table, labels, weights, Before, Rows);
    }

    /// <summary>The numbers of the rows of a part, each of which is whole.</summary>
    private static float[] Numbers(TrainingData data)
    {
        for (var row = 0; row < data.Rows; row++)
        {
            var features = new float[2];
            data.Features.CopyRow(data.Start + row, features);
            var number = data.Labels[row];
            CollectionAssert.AreEqual(new[] { number, -number }, features);
            Assert.AreEqual(number / 100, data.Weight(row));
            Assert.AreEqual(number / 100, data.Weights[row]);
        }
        return data.Labels.ToArray();
    }
}
