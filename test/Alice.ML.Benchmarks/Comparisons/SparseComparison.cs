using Alice.ML.Benchmarks.Report;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Memory of text features in the training buffer.</summary>
internal sealed class SparseComparison : IComparison
{
    private const int Rows = 2000;
    private const int WordsPerRow = 60;
    private const int Columns = 50_000;
    private const int BytesPerValue = sizeof(float) + sizeof(int);
    private const double Limit = 4;

    public string Name => "sparse";

    public string Title => "Sparse features";

    public string Explanation =>
        "Bytes allocated while texts, featurized as sparse vectors of 50,000 columns with about 60 values a row, are "
        + "read into the training buffer, beside the least that a sparse table takes: value and column, 8 bytes for "
        + "each value that is not 0. The limit of 4 leaves room for a buffer that doubles as it grows; a dense "
        + "buffer would take 400 times as much.";

    public Headings Headings => new("allocated", "8 bytes × values", "allocated / least");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        var ml = new MLContext(1);
        var view = ml.Data.Cache(ml.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(Row).ToList(), Schema()));
        using var channel = ((IHostEnvironment)ml).Register("Benchmark").Start("Reading");
        var data = new RoleMappedData(view, nameof(SparseRow.Label), nameof(SparseRow.Features));
        view.GetColumn<VBuffer<float>>(nameof(SparseRow.Features)).Count(); // fills the cache

        var before = GC.GetAllocatedBytesForCurrentThread();
        DataReader.Read(data, channel);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        var least = (double)Rows * WordsPerRow * BytesPerValue;
        yield return new Result($"{Rows:N0} rows × {Columns:N0} columns", Figures.Bytes(allocated),
            Figures.Bytes(least),
            Figures.Number(allocated / least), Bar.AtMost(Limit, allocated / least));
    }

    private static SparseRow Row(int row)
    {
        var random = new Random(row);
        var columns = new SortedSet<int>();
        while (columns.Count < WordsPerRow)
            columns.Add(random.Next(Columns));
        var values = Enumerable.Repeat(1f, WordsPerRow).ToArray();
        return new SparseRow
        {
            Label = row % 7,
            Features = new VBuffer<float>(Columns, WordsPerRow, values, [.. columns])
        };
    }

    private static SchemaDefinition Schema()
    {
        var schema = SchemaDefinition.Create(typeof(SparseRow));
        schema[nameof(SparseRow.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Columns);
        return schema;
    }

    private sealed class SparseRow
    {
        public float Label { get; set; }

        public VBuffer<float> Features { get; set; }
    }
}
