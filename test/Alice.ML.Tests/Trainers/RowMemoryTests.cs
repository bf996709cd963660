using Alice.ML.Trainers;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>What rows take in memory, against what is counted for MaximumMemory.</summary>
[TestClass]
[DoNotParallelize]
public sealed class RowMemoryTests
{
    private const int Columns = 20;

    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public void A_fit_allocates_no_more_for_a_row_than_is_counted(int missing)
    {
        const int Few = 20_000, Many = 60_000;
        Allocated(Few);
        var perRow = (Allocated(Many) - Allocated(Few)) / (double)(Many - Few);
        using var memory = new RowMemory(new AliceRegressionTrainer.Options(), _ml, seed: 1);
        Assert.IsLessThan(memory.BytesOfRow(Columns, missing, others: 2), perRow);
        // The table itself.
        Assert.IsGreaterThan(sizeof(float) * (Columns + 2), perRow);

        long Allocated(int rows)
        {
            var data = Data(rows, missing);
            var options = new AliceRegressionTrainer.Options
            {
                HiddenLayers = [4],
                ExampleWeightColumnName = "Weight",
                NumberOfNetworks = 1,
                NumberOfEpochs = 1,
                NumericEncoding = NumericEncoding.None,
                WeightDecay = 0,
                BatchSize = 1000,
                Device = "cpu",
                NumberOfThreads = 1,
            };
            var before = GC.GetTotalAllocatedBytes(precise: true);
            _ml.Regression.Trainers.Alice(options).Fit(data);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }

    [TestMethod]
    public void Rows_of_unknown_number_leave_memory_before_larger_arrays_exceed_the_limit()
    {
        const long Most = 100_000_000;
        using var memory = new RowMemory(
            new AliceRegressionTrainer.Options { MaximumMemory = Most }, _ml, seed: 1);
        var store = new RowStore("Features", Columns, 1, hasWeights: false, known: null, memory);
        var row = new VBuffer<float>(Columns, new float[Columns]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        long allocated = 0;
        for (; !store.IsInFile; allocated = GC.GetAllocatedBytesForCurrentThread() - before)
            store.Add(row, [store.Rows], 1);
        // The labels, which grow, and two panels of 1/16 each are what the file adds.
        Assert.IsLessThan(Most / 2, allocated);
        Assert.IsGreaterThan(Most / 4, store.Rows * memory.BytesOfRow(Columns, 0, 1));
    }

    [TestMethod]
    public void Missing_values_count_as_soon_as_they_come()
    {
        const int Rows = 10_000;
        var options = new AliceRegressionTrainer.Options { MaximumMemory = Rows * 4L * (Columns + 1 + 6) };
        foreach (var missing in new[] { false, true })
        {
            using var memory = new RowMemory(options, _ml, seed: 1);
            var store = new RowStore("Features", Columns, 1, hasWeights: false, Rows, memory);
            var values = new float[Columns];
            for (var i = 0; i < Rows; i++)
            {
                values[3] = missing && i == Rows / 2 ? float.NaN : 1;
                store.Add(new VBuffer<float>(Columns, values), [i], 1);
            }
            Assert.AreEqual(missing, store.IsInFile);
            // The row with the missing value is still there, wherever its panel has it.
            var table = store.Table();
            var read = new float[Columns];
            var nan = 0;
            for (var i = 0; i < Rows; i++)
            {
                Array.Clear(read);
                table.CopyRow(i, read);
                nan += float.IsNaN(read[3]) ? 1 : 0;
            }
            Assert.AreEqual(missing ? 1 : 0, nan);
        }
    }

    private IDataView Data(int rows, int missing)
    {
        var random = new Random(1);
        Row[] period = [.. Enumerable.Range(0, 1000).Select(i => new Row
        {
            Features = [.. Enumerable.Range(0, Columns).Select(column =>
                column < missing && i % 10 == column ? float.NaN : random.NextSingle())],
            Label = random.NextSingle(),
        })];
        return _ml.Data.LoadFromEnumerable(new Repeated(period, rows));
    }

    private sealed class Row
    {
        public float Label { get; set; }

        public float Weight { get; set; } = 1;

        [VectorType(Columns)]
        public float[] Features { get; set; } = [];
    }

    /// <summary>Some rows again and again, which take no memory.</summary>
    private sealed class Repeated(Row[] rows, int count) : ICollection<Row>
    {
        public int Count => count;

        public bool IsReadOnly => true;

        public IEnumerator<Row> GetEnumerator()
        {
            for (var i = 0; i < count; i++)
                yield return rows[i % rows.Length];
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

        void ICollection<Row>.Add(Row item) => throw new NotSupportedException();

        void ICollection<Row>.Clear() => throw new NotSupportedException();

        bool ICollection<Row>.Contains(Row item) => throw new NotSupportedException();

        void ICollection<Row>.CopyTo(Row[] array, int arrayIndex) => throw new NotSupportedException();

        bool ICollection<Row>.Remove(Row item) => throw new NotSupportedException();
    }
}
