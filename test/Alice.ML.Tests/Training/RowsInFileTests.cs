using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;

namespace Alice.ML.Tests.Training;

/// <summary>Rows in a file: their order, their scales, and what is left of the file.</summary>
[TestClass]
public sealed class RowsInFileTests
{
    private const int Columns = 3;
    private const int BlockBytes = 1200;

    private readonly List<RowFile> _files = [];

    [TestCleanup]
    public void Cleanup() => _files.ForEach(file => file.Dispose());

    /// <summary>Rows whose first feature and label are their number in the source.</summary>
    private TrainingData Data(int rows, Func<int, float>? second = null, Func<int, float>? third = null,
        bool hasWeights = false)
    {
        var file = new RowFile(Path.GetTempPath(), Columns, rows);
        _files.Add(file);
        var writer = new PanelWriter(file, BlockBytes, key: 5);
        var labels = Enumerable.Range(0, rows).Select(row => (float)row).ToArray();
        var weights = hasWeights ? labels.Select(row => 1 + row % 3).ToArray() : null;
        for (var row = 0; row < rows; row++)
        {
            float[] values = [row, second?.Invoke(row) ?? 0, third?.Invoke(row) ?? 0];
            values.CopyTo(writer.Row(row % writer.Rows));
            var (first, count) = (row / writer.Rows * writer.Rows, row % writer.Rows + 1);
            if (count == writer.Rows || row == rows - 1)
                writer.Write(
                    labels.AsSpan(first, count), weights is null ? default : weights.AsSpan(first, count), count);
        }
        return new TrainingData(writer.Features(), labels, weights, 0, rows);
    }

    private static DenseFeatures InMemory(TrainingData data)
    {
        var values = new float[data.Rows * Columns];
        data.Features.CopyRows(data.Start, values);
        return new DenseFeatures(values, Columns);
    }

    private static unsafe (int[] Numbers, float[] First) Read(TrainingData data, BlockOrder order, int rows, int batch)
    {
        var reader = new WindowReader((FileFeatures)data.Features, order);
        var (numbers, first) = (new List<int>(), new List<float>());
        for (var from = 0; from < rows; from += batch)
        {
            var (some, features) = (new int[Math.Min(batch, rows - from)], new float[batch * Columns]);
            fixed (int* n = some)
            fixed (float* f = features)
                reader.Read(from, some.Length, n, f);
            numbers.AddRange(some);
            first.AddRange(some.Select((_, i) => features[i * Columns]));
        }
        return ([.. numbers], [.. first]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(99)]
    [DataRow(100)]
    [DataRow(5037)]
    public void An_epoch_has_every_row_once_and_the_next_one_has_them_in_another_order(int rows)
    {
        var data = Data(rows);
        var order = new BlockOrder(new RowSet(data, null!), (FileFeatures)data.Features);
        order.Shuffle(1);
        var (numbers, first) = Read(data, order, rows, 64);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, rows).ToArray(), numbers);
        // Features and labels of a row are still those of one row of the source.
        CollectionAssert.AreEqual(numbers.Select(row => data.LabelArray[row]).ToArray(), first);
        CollectionAssert.AreEqual(numbers, Read(data, order, rows, 7).Numbers);
        order.Shuffle(2);
        if (rows > 1)
            CollectionAssert.AreNotEqual(numbers, Read(data, order, rows, 64).Numbers);
        order.Shuffle(1);
        CollectionAssert.AreEqual(numbers, Read(data, order, rows, 64).Numbers);
    }

    [TestMethod]
    public void Any_stretch_of_an_epoch_has_rows_from_all_over_a_sorted_source()
    {
        const int Rows = 20_000;
        var data = Data(Rows);
        var order = new BlockOrder(new RowSet(data, null!), (FileFeatures)data.Features);
        order.Shuffle(3);
        foreach (var stretch in Read(data, order, Rows, 100).First.Chunk(200))
            // The mean of 200 of the numbers 0 to 20,000: five standard errors.
            Assert.AreEqual(Rows / 2, stretch.Average(), 5 * Rows / Math.Sqrt(12 * 200));
    }

    [TestMethod]
    public void Rows_that_are_left_out_do_not_come()
    {
        const int Rows = 1234;
        var data = Data(Rows);
        int[] without = [.. Enumerable.Range(0, Rows).Where(row => row % 5 == 0 || row is > 200 and < 320)];
        var set = new RowSet(data, null!, without: without);
        var order = new BlockOrder(set, (FileFeatures)data.Features);
        order.Shuffle(1);
        var (numbers, first) = Read(data, order, set.Count, 50);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, Rows).Except(without).ToArray(), numbers);
        CollectionAssert.AreEqual(numbers.Select(row => data.LabelArray[row]).ToArray(), first);
    }

    [TestMethod]
    public void Held_out_rows_are_a_random_part_that_moves_to_the_end()
    {
        const int Rows = 4000;
        var (training, held) = Data(Rows).Split(0.25, seed: 1);
        Assert.AreEqual(Rows / 4, held.Rows);
        var numbers = InMemory(held).Values.Where((_, i) => i % Columns == 0).ToArray();
        CollectionAssert.AreEqual(held.Labels.ToArray(), numbers);
        CollectionAssert.AreEquivalent(Enumerable.Range(0, Rows).Select(row => (float)row).ToArray(),
            training.Labels.ToArray().Concat(numbers).ToArray());
        Assert.AreEqual(Rows / 2, numbers.Average(), 5 * Rows / Math.Sqrt(12 * held.Rows));
    }

    [TestMethod]
    public void Scales_of_columns_are_those_of_rows_in_memory()
    {
        const int Rows = 15_000;
        var random = new Random(1);
        float Tail(int row) => row switch
        {
            77 => 1e9f,
            78 => -3e8f,
            // Of few powers of two, and without a gap.
            _ => MathF.Exp(2 * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f)),
        };
        float Gaps(int row) => row % 100 == 0 ? float.NaN : row == 5 ? float.PositiveInfinity : 1e6f + row % 7;
        foreach (var hasWeights in new[] { false, true })
        {
            var data = Data(Rows, Tail, Gaps, hasWeights);
            var scales = ScaleOfColumns.InFile((FileFeatures)data.Features, data);
            var expected = ColumnScale.Of(InMemory(data).Values, Columns, data.WeightMemory);
            for (var c = 0; c < Columns; c++)
            {
                Assert.AreEqual(expected[c].Mean, scales[c].Mean, 1e-9 * Math.Abs(expected[c].Mean));
                Assert.AreEqual(expected[c].Deviation, scales[c].Deviation, 1e-9 * expected[c].Deviation);
                Assert.AreEqual(
                    expected[c] with { Mean = 0, Deviation = 0 }, scales[c] with { Mean = 0, Deviation = 0 });
            }
            Assert.AreEqual(2, scales[1].Extreme);
            Assert.AreEqual(150, scales[2].Missing);
        }
    }

    [TestMethod]
    public void A_prepared_row_is_that_of_memory_also_with_indicators_of_missing_values()
    {
        var data = Data(500, row => row % 3 == 0 ? float.NaN : row, row => -row);
        var table = InMemory(data);
        var preparation = table.Scale(data, new ColumnReport(c => $"{c}"));
        var (expected, prepared) = (table.Prepare(preparation, 500), data.Features.Prepare(preparation, 500));
        Assert.AreEqual(Columns + 1, prepared.Columns);
        var values = new float[500 * prepared.Columns];
        prepared.CopyRows(0, values);
        CollectionAssert.AreEqual(expected.Values[..values.Length], values);
        CollectionAssert.AreEqual(
            expected.Row(7).ToArray().Concat(expected.Row(11).ToArray()).ToArray(),
            ((FileFeatures)prepared).Extract([7, 11]).Values);
    }

    [TestMethod]
    public void A_file_has_no_name_where_the_system_allows_it()
    {
        using var folder = new Tool.TemporaryFolder();
        using var file = new RowFile(folder.PathOf(""), Columns, rows: 10);
        file.Append(new float[Columns]);
        if (!OperatingSystem.IsWindows())
            Assert.IsEmpty(Directory.GetFiles(folder.PathOf("")));
    }

    [TestMethod]
    public void Too_little_room_is_told_with_the_bytes_that_are_needed()
    {
        using var folder = new Tool.TemporaryFolder();
        // 10¹² rows of 12 bytes: 12 TB.
        var error = Assert.ThrowsExactly<IOException>(
            () => new RowFile(folder.PathOf(""), Columns, rows: 1_000_000_000_000));
        StringAssert.Contains(error.Message, $"{12e12:N0} bytes");
        StringAssert.Contains(error.Message, folder.PathOf(""));
        StringAssert.Contains(error.Message, "TemporaryFolder");
        Assert.IsEmpty(Directory.GetFiles(folder.PathOf("")));
    }
}
