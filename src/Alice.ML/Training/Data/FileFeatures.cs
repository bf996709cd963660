using Alice.ML.Models.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>Features in a file of panels. They are stored unprepared, and prepared when they are read.</summary>
/// <param name="file">The file. Not owned.</param>
/// <param name="panelRows">Number of rows per panel.</param>
/// <param name="blockBytes">Approximate number of bytes per read.</param>
/// <param name="preparation">The preparation of rows. Null: none.</param>
internal sealed class FileFeatures(RowFile file, int panelRows, int blockBytes, FeaturePreparation? preparation)
    : FeatureTable(preparation?.OutputCount ?? file.Columns)
{
    public int PanelRows => panelRows;

    /// <summary>Approximate number of rows per read.</summary>
    public int BlockRows => Math.Max(1, blockBytes / (sizeof(float) * Columns));

    public override FeaturePreparation Scale(TrainingData rows, ColumnReport report, bool keepsZeros = false)
    {
        var scales = ScaleOfColumns.InFile(this, rows);
        for (var c = 0; c < scales.Length; c++)
            report.Add(c, scales[c], rows.Rows);
        return new([.. scales.Select(scale => FeatureScaling.Standardize(scale, rows.Rows))]);
    }

    public override FileFeatures Prepare(FeaturePreparation how, int rows) => new(file, panelRows, blockBytes, how);

    public override void Swap(int a, int b)
    {
        Span<float> first = new float[file.Columns], second = new float[file.Columns];
        file.Read(a, first);
        file.Read(b, second);
        file.Write(a, second);
        file.Write(b, first);
    }

    /// <summary>Reads and prepares consecutive rows, as many as fit.</summary>
    public override void CopyRows(int first, Span<float> to)
    {
        if (preparation is null)
        {
            file.Read(first, to);
            return;
        }
        // Read to the end of the buffer: prepared rows are longer, and must not overwrite rows that are still
        // unprepared.
        var rows = to.Length / Columns;
        var raw = to[^(rows * file.Columns)..];
        file.Read(first, raw);
        var row = new float[file.Columns];
        for (var r = 0; r < rows; r++)
        {
            raw.Slice(r * row.Length, row.Length).CopyTo(row);
            preparation.Prepare(row, to.Slice(r * Columns, Columns));
        }
    }

    public override void CopyRow(int row, Span<float> to) => CopyRows(row, to[..Columns]);

    /// <summary>Reads some rows into memory.</summary>
    public DenseFeatures Extract(ReadOnlySpan<int> rows)
    {
        var values = new float[rows.Length * Columns];
        for (var i = 0; i < rows.Length; i++)
            CopyRows(rows[i], values.AsSpan(i * Columns, Columns));
        return new(values, Columns);
    }

    public override IFeatureSource Open(int rows, Standardization common, Device device) => new Source(Columns);

    private sealed class Source(int columns) : IFeatureSource
    {
        private readonly ColumnSplit _split = new([.. Enumerable.Range(0, columns)], null);

        public Device IndexDevice => CPU;

        public ColumnSplit Split(IColumnFeatures inputs) => _split;

        public Tensor Select(Tensor rows) => throw new NotSupportedException("Rows in a file are read by blocks.");

        public void Dispose()
        {
        }
    }
}
