using Alice.ML.Models.Inputs;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>Features as a row-major array [rows, columns], possibly with unused space at the end.</summary>
/// <param name="values">The array.</param>
/// <param name="columns">Number of features.</param>
/// <param name="limit">What is left of the memory for rows; null: there is no limit.</param>
internal sealed class DenseFeatures(float[] values, int columns, MemoryLimit? limit = null) : FeatureTable(columns)
{
    /// <summary>The values, row by row.</summary>
    public float[] Values => values;

    public override FeaturePreparation Scale(TrainingData rows, ColumnReport report, bool keepsZeros = false)
    {
        var scales = ColumnScale.Of(
            values.AsMemory(rows.Start * Columns, rows.Rows * Columns), Columns, rows.WeightMemory, rows.Peers);
        for (var c = 0; c < scales.Length; c++)
            report.Add(c, scales[c], rows.TotalRows);
        return new([.. scales.Select(scale => FeatureScaling.Standardize(scale, rows.TotalRows))]);
    }

    public override DenseFeatures Prepare(FeaturePreparation preparation, int rows)
    {
        var width = preparation.OutputCount;
        var prepared = width == Columns ? values : GC.AllocateUninitializedArray<float>(rows * width);
        for (var r = 0; r < rows; r++)
            preparation.Prepare(Row(r), prepared.AsSpan(r * width, width));
        // The last use of the array as it was read.
        if (prepared != values)
            values = [];
        return new(prepared, width, limit);
    }

    public override void Swap(int a, int b)
    {
        var first = Row(a);
        var second = Row(b);
        for (var c = 0; c < Columns; c++)
            (first[c], second[c]) = (second[c], first[c]);
    }

    public override void CopyRow(int row, Span<float> to) => Row(row).CopyTo(to);

    public override IFeatureSource Open(int rows, Standardization common, Device device)
    {
        using var scope = NewDisposeScope();
        var table = frombuffer(values, ScalarType.Float32, (long)rows * Columns).view(rows, Columns).to(device);
        return new Source(this, rows, table.DetachFromDisposeScope(), limit);
    }

    public Span<float> Row(int row) => values.AsSpan(row * Columns, Columns);

    private sealed class Source(DenseFeatures features, int rows, Tensor table, MemoryLimit? limit) : IFeatureSource
    {
        private readonly Dictionary<IColumnFeatures, ColumnSplit> _splits = [];
        private (float Value, double Share)[]? _usual;

        public Device IndexDevice => table.device;

        public ColumnSplit Split(IColumnFeatures inputs)
        {
            lock (_splits)
            {
                if (!_splits.TryGetValue(inputs, out var split))
                    _splits[inputs] = split = ColumnSplit.Of(
                        features, rows, _usual ??= ColumnSplit.Usual(features, rows), inputs, limit);
                return split;
            }
        }

        public Tensor Select(Tensor selected) => RowGather.Select(table, selected);

        public void Dispose() => table.Dispose();
    }
}
