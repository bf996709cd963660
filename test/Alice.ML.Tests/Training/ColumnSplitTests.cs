using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training;

/// <summary>Which columns vector kernels read by index, and what they read there.</summary>
[TestClass]
public class ColumnSplitTests
{
    private const int Rows = 400;
    private const int Levels = 40;

    [TestMethod]
    public void Slots_are_read_by_index_and_give_the_table_back()
    {
        var table = Table(column => column == 0 ? null : column - 1, 1 + Levels);
        table.Row(7)[3] = 5; // a third value, as rows have that came later
        using var source = table.Open(Rows, Standardization.Identity(table.Columns), CPU);
        var split = source.Split(Plain(table.Columns));
        CollectionAssert.AreEqual(new[] { 0 }, split.Numbers);
        Assert.AreEqual(Levels, split.Sparse!.Usual.Length);
        for (var row = 0; row < Rows; row++)
        {
            var actual = SparseTableTests.RowOf(source, row, table.Columns);
            actual[0] = table.Row(row)[0];
            CollectionAssert.AreEqual(
                table.Row(row).ToArray(), actual, Comparer<float>.Create((a, b) => MathF.Abs(a - b) < 1e-6f ? 0 : 1));
        }
    }

    [TestMethod]
    public void Where_little_is_saved_all_columns_are_numbers()
    {
        foreach (var table in new[] { Table(column => column, 8), Table(_ => null, 30) })
        {
            using var source = table.Open(Rows, Standardization.Identity(table.Columns), CPU);
            var split = source.Split(Plain(table.Columns));
            Assert.IsNull(split.Sparse);
            CollectionAssert.AreEqual(Enumerable.Range(0, table.Columns).ToArray(), split.Numbers);
        }
    }

    [TestMethod]
    public void Columns_with_bins_are_numbers_and_those_without_are_read_by_index_even_if_they_are_few()
    {
        var table = Table(column => column == 1 ? null : column, 4);
        var data = new TrainingData(table, new float[Rows], null, 0, Rows);
        var inputs = InputEncoding.PiecewiseLinear(
            data, table, data.Features.Scale(data, new ColumnReport(_ => "")), InputEncoding.Numbers(data, table), 8);
        using var source = table.Open(Rows, Standardization.Identity(table.Columns), CPU);
        var split = source.Split(inputs);
        CollectionAssert.AreEqual(new[] { 1 }, split.Numbers);
        CollectionAssert.AreEqual(
            new[] { 0, 2, 3 }.Select(inputs.Feature).ToArray(),
            split.Sparse!.Usual.Select(usual => usual.Column).ToArray());
        Assert.AreSame(split, source.Split(inputs));
        Assert.IsNull(source.Split(Plain(table.Columns)).Sparse);
    }

    [TestMethod]
    public void The_usual_value_is_that_of_more_than_half_of_the_rows_wherever_they_stand()
    {
        var table = Table(_ => null, 3);
        for (var row = 0; row < Rows; row++)
        {
            table.Row(row)[0] = row < 190 ? row : -1;
            table.Row(row)[1] = row % 2 == 0 ? row : 4;
        }
        table.Row(0)[1] = 4; // beside row 4 and the odd ones
        var usual = ColumnSplit.Usual(table, Rows);
        Assert.AreEqual((-1f, 210.0 / Rows), usual[0]);
        Assert.AreEqual((4f, 202.0 / Rows), usual[1]);
        Assert.IsLessThan(0.5, usual[2].Share);
    }

    private static InputEncoding Plain(int columns) => InputEncoding.Plain(Standardization.Identity(columns));

    /// <summary>Columns that are slots of one one-hot column of 40 levels, or random numbers where there is no
    /// slot.</summary>
    private static DenseFeatures Table(Func<int, int?> slot, int columns)
    {
        var random = new Random(1);
        var values = new float[Rows * columns];
        for (var row = 0; row < Rows; row++)
            for (var column = 0; column < columns; column++)
                values[row * columns + column] = slot(column) is { } level ? (row % Levels == level ? 6.2f : -0.16f)
                    : random.NextSingle();
        return new(values, columns);
    }
}
