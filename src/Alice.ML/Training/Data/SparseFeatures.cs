using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Rules;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>
/// Features as the values that are not zero, row after row; on the CPU minibatches too. Columns that are
/// mostly zeros (one-hot, text) stay as they are; the others are standardised.
/// </summary>
internal sealed class SparseFeatures(List<SparseRow> rows, int columns) : FeatureTable(columns)
{
    /// <summary>All rows.</summary>
    public IReadOnlyList<SparseRow> Rows => rows;

    public override FeaturePreparation Scale(TrainingData part, ColumnReport report, bool keepsZeros = false)
    {
        double total = 0;
        var (stored, missing) = (new double[Columns], new int[Columns]);
        var (lowest, highest) = (new float[Columns], new float[Columns]);
        for (var r = 0; r < part.Rows; r++)
        {
            double weight = part.Weight(r);
            total += weight;
            var row = rows[part.Start + r];
            for (var k = 0; k < row.Indices.Length; k++)
            {
                var (column, value) = (row.Indices[k], row.Values[k]);
                stored[column] += weight;
                if (float.IsNaN(value))
                    missing[column]++;
                else if (float.IsFinite(value))
                    (lowest[column], highest[column]) =
                        (Math.Min(lowest[column], value), Math.Max(highest[column], value));
            }
        }

        // Words and indicators have one range: many occur too rarely to have one of their own.
        var (least, most) = (lowest.Min(), highest.Max());
        var features = new AliceFeature[Columns];
        for (var c = 0; c < Columns; c++)
            features[c] = FeatureScaling.Multiply(least, most, 1, missing[c] > 0 && missing[c] < part.Rows);
        int[] numbers = [.. Enumerable.Range(0, Columns).Where(c => !keepsZeros && stored[c] >= AutoRules.NumberShare * total)];
        var table = Dense(part, numbers);
        var scales = ColumnScale.Of(table.Values, numbers.Length, part.Weights);
        foreach (var (column, scale) in numbers.Zip(scales))
        {
            features[column] = FeatureScaling.Standardize(scale, part.Rows);
            report.Add(column, scale, part.Rows);
        }
        return new(features);
    }

    public override FeatureTable Prepare(FeaturePreparation preparation, int count)
    {
        var prepared = new List<SparseRow>(count);
        float[] values = [];
        int[] indices = [];
        for (var r = 0; r < count; r++)
        {
            var row = rows[r];
            var most = preparation.MostStored(row.Indices.Length);
            if (most > values.Length)
                (values, indices) = (new float[most], new int[most]);
            var stored = preparation.Prepare(row.Values, row.Indices, values, indices);
            prepared.Add(new(indices[..stored], values[..stored]));
        }
        return new SparseFeatures(prepared, preparation.OutputCount);
    }

    public override void Swap(int a, int b) => (rows[a], rows[b]) = (rows[b], rows[a]);

    public override void CopyRow(int row, Span<float> to) => rows[row].AddTo(to);

    public override IFeatureSource Open(int count, Standardization common, Device device)
    {
        if (device.type != DeviceType.CPU)
            return new DeviceSource(rows, common, device);
        var table = SparseTable.Of(rows, common);
        rows.Clear(); // twice the memory is too much
        return new HostSource(table);
    }

    /// <summary>Some columns of a part, ascending, with their zeros.</summary>
    private DenseFeatures Dense(TrainingData part, int[] columns)
    {
        var places = new Dictionary<int, int>(columns.Select((column, place) => KeyValuePair.Create(column, place)));
        var values = new float[part.Rows * columns.Length];
        for (var r = 0; r < part.Rows; r++)
        {
            var row = rows[part.Start + r];
            for (var k = 0; k < row.Indices.Length; k++)
                if (places.TryGetValue(row.Indices[k], out var place))
                    values[r * columns.Length + place] = row.Values[k];
        }
        return new(values, columns.Length);
    }

    private sealed class HostSource(SparseTable table) : IFeatureSource
    {
        private readonly ColumnSplit _split = new([], table);

        public ColumnSplit Split(InputEncoding inputs) => _split;

        public Device IndexDevice => CPU;

        public Tensor Select(Tensor selected) =>
            throw new NotSupportedException("On the CPU sparse rows are read by vector kernels.");

        public void Dispose()
        {
        }
    }

    /// <summary>Minibatches written out in all columns.</summary>
    private sealed class DeviceSource(List<SparseRow> rows, Standardization common, Device device) : IFeatureSource
    {
        public ColumnSplit Split(InputEncoding inputs) =>
            throw new NotSupportedException("Vector kernels are for the CPU.");

        public Device IndexDevice => CPU;

        public Tensor Select(Tensor selected)
        {
            var columns = common.Mean.Length;
            var numbers = VectorLoop.Span<long>(selected, (int)selected.shape[0]);
            var dense = new float[numbers.Length * columns];
            for (var i = 0; i < numbers.Length; i++)
                rows[(int)numbers[i]].AddTo(dense.AsSpan(i * columns, columns));
            common.Apply(dense);
            return frombuffer(dense, ScalarType.Float32).view(-1, columns).to(device);
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>The values of a row that are not zero, with their columns, ascending.</summary>
internal readonly record struct SparseRow(int[] Indices, float[] Values)
{
    /// <summary>Adds the values to a row of numbers in all columns.</summary>
    public void AddTo(Span<float> dense)
    {
        for (var k = 0; k < Indices.Length; k++)
            dense[Indices[k]] += Values[k];
    }
}
