using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>Rows of mostly zeros as vector kernels read them, against the same rows written out.</summary>
[TestClass]
public class SparseTableTests
{
    private const int Columns = 50;
    private const int Rows = 9;

    [TestMethod]
    public void Rows_are_those_written_out() => Check((_, _) => Standardization.Identity(Columns));

    [TestMethod]
    public void So_they_are_where_every_mean_is_taken_away() => Check((table, data) =>
    {
        var labels = Enumerable.Range(0, Rows).Select(row => row % 2f).ToArray();
        var common = new TextScale(table.Rows, data).Of(labels, isClassification: true);
        Assert.AreNotEqual(0, common.Mean[20]); // a column of one value
        return common;
    });

    private static unsafe void Check(Func<SparseFeatures, TrainingData, Standardization> standardize)
    {
        var random = new Random(1);
        SparseRow[] values = [.. Enumerable.Range(0, Rows).Select(row => row == 3
            ? new SparseRow([], [])
            : new SparseRow([0, 5, 6 + row, 20 + row], [random.NextSingle(), 2, -3, random.NextSingle()]))];
        var table = new SparseFeatures([.. values], Columns);
        var data = new TrainingData(table, new float[Rows], null, 0, Rows);
        var standardization = standardize(table, data);
        var written = new float[Rows * Columns];
        for (var row = 0; row < Rows; row++)
            table.CopyRow(row, written.AsSpan(row * Columns, Columns));
        standardization.Apply(written);

        using var source = table.Open(Rows, standardization, CPU);
        for (var row = 0; row < Rows; row++)
            CollectionAssert.AreEqual(
                written.AsSpan(row * Columns, Columns).ToArray(), RowOf(source, row, Columns),
                Comparer<float>.Create((a, b) => MathF.Abs(a - b) < 1e-6f ? 0 : 1));
    }

    /// <summary>A row in all columns.</summary>
    internal static unsafe float[] RowOf(IFeatureSource source, int row, int columns)
    {
        var table = source.Split(InputEncoding.Plain(Standardization.Identity(columns))).Sparse!;
        var dense = new float[columns];
        foreach (var (column, value) in table.Usual)
            dense[column] = value;
        var slice = table.Row(row);
        for (var k = 0; k < slice.Length; k++)
            dense[slice.Columns[k]] += slice.Values[k];
        return dense;
    }
}
