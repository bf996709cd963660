using Alice.ML.Models;
using Alice.ML.Training;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>The first layer's products for rows of mostly zeros against those of the same rows written out.</summary>
[TestClass]
public class SparseRowsTests
{
    private const int Columns = 50;
    private const int Rows = 9;

    // Whole vectors, a rest, and less than one.
    [TestMethod]
    [DataRow(64)]
    [DataRow(13)]
    [DataRow(1)]
    public void Products_and_gradients_are_those_of_rows_written_out(int units) => Check(units, (table, data) => table.Moments(data));

    [TestMethod]
    [DataRow(13)]
    [DataRow(1)]
    public void So_they_are_where_every_mean_is_taken_away(int units) => Check(units, (table, data) =>
    {
        var labels = Enumerable.Range(0, Rows).Select(row => row % 2f).ToArray();
        var common = new TextScale(table.Rows, data).Of(new(new AliceFeature[Columns]), labels, isClassification: true);
        Assert.AreNotEqual(0, common.Mean[20]); // a column of one value
        return common;
    });

    private static void Check(int units, Func<SparseFeatures, TrainingData, Standardization> standardize)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var generator = new Generator(1);
        var random = new Random(1);
        // A column that is nearly always there is standardised, with its zeros too: those of a row without values.
        SparseRow[] values = [.. Enumerable.Range(0, Rows).Select(row => row == 3
            ? new SparseRow([], [])
            : new SparseRow([0, 5, 6 + row, 20 + row], [random.NextSingle(), 2, -3, random.NextSingle()]))];
        var table = new SparseFeatures([.. values.Select(row => new SparseRow(row.Indices, [.. row.Values]))], Columns);
        var data = new TrainingData(table, new float[Rows], null, 0, Rows);
        var standardization = standardize(table, data);
        var written = new float[Rows * Columns];
        for (var row = 0; row < Rows; row++)
            table.CopyRow(row, written.AsSpan(row * Columns, Columns));
        standardization.Apply(written);
        var features = tensor(written).view(Rows, Columns);
        var weights = randn(Columns, units, generator: generator);
        var error = randn(Rows, units, generator: generator);

        using var source = table.Open(standardization, Rows, CPU);
        var sparse = source.Select(arange(Rows, ScalarType.Int64)).FirstLayer!;

        var products = empty(Rows, units);
        sparse.Multiply(weights, products);
        AssertClose(features.mm(weights), products);

        var gradient = full(Columns, units, 7f);
        sparse.Gradient(error, gradient, adds: false);
        AssertClose(features.t().mm(error), gradient);
        sparse.Gradient(error, gradient, adds: true);
        AssertClose(features.t().mm(error) * 2, gradient);
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(1e-4f, (expected - actual).abs().max().item<float>());
}
