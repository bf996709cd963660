using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Rules;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Data;

/// <summary>Features stored as the nonzero values of each row. On the CPU minibatches are sparse too. Columns that are
/// mostly zeros (one-hot, text) are not standardized; the others are.</summary>
internal sealed class SparseFeatures(List<SparseRow> rows, int columns) : FeatureTable(columns)
{
    // On a device, rows are padded to the longest, but to at most this multiple of the stored values.
    private const long MostFilledUp = 16;
    private const long FewValues = 1 << 26;

    /// <summary>All rows.</summary>
    public IReadOnlyList<SparseRow> Rows => rows;

    public override double StoredColumns => rows.Count == 0 ? Columns : rows.Average(row => row.Indices.Length);

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

        // Words and indicators share one range: many occur too rarely for their own.
        var (least, most) = (lowest.Min(), highest.Max());
        var features = new AliceFeature[Columns];
        for (var c = 0; c < Columns; c++)
            features[c] = FeatureScaling.Multiply(least, most, 1, missing[c] > 0 && missing[c] < part.Rows);
        int[] numbers =
            [.. Enumerable.Range(0, Columns).Where(c => !keepsZeros && stored[c] >= AutoRules.NumberShare * total)];
        var table = Dense(part, numbers);
        var scales = ColumnScale.Of(table.Values, numbers.Length, part.WeightMemory);
        foreach (var (column, scale) in numbers.Zip(scales))
        {
            features[column] = FeatureScaling.Standardize(scale, part.Rows);
            report.Add(column, scale, part.Rows);
        }
        return new(features);
    }

    public override FeatureTable Prepare(FeaturePreparation preparation, int count)
    {
        float[] values = [];
        int[] indices = [];
        // In place: twice the memory is too much.
        for (var r = 0; r < count; r++)
        {
            var row = rows[r];
            var most = preparation.MostStored(row.Indices.Length);
            if (most > values.Length)
                (values, indices) = (new float[most], new int[most]);
            var stored = preparation.Prepare(row.Values, row.Indices, values, indices);
            rows[r] = new(indices[..stored], values[..stored]);
        }
        rows.RemoveRange(count, rows.Count - count);
        return new SparseFeatures(rows, preparation.OutputCount);
    }

    public override void Swap(int a, int b) => (rows[a], rows[b]) = (rows[b], rows[a]);

    public override void CopyRow(int row, Span<float> to) => rows[row].AddTo(to);

    public override IFeatureSource Open(int count, Standardization common, Device device)
    {
        if (device.type != DeviceType.CPU)
            return OpenOnDevice(count, common, device);
        var table = SparseTable.Of(rows, common);
        rows.Clear(); // twice the memory is too much
        return new HostSource(table);
    }

    /// <summary>Prepares the first rows as for a device other than the CPU.</summary>
    internal IFeatureSource OpenOnDevice(int count, Standardization common, Device device)
    {
        var longest = Math.Max(1, rows.Take(count).Max(row => row.Indices.Length));
        var stored = rows.Take(count).Sum(row => (long)row.Indices.Length);
        // A few very long rows would fill the device with padding.
        return (long)count * longest > MostFilledUp * (stored + count) && (long)count * longest > FewValues
            ? new HostWrittenSource(rows, common, device)
            : new DeviceSource(rows, count, longest, common, device);
    }

    /// <summary>Returns some columns of a part, ascending, as dense columns.</summary>
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

        public ColumnSplit Split(IColumnFeatures inputs) => _split;

        public Device IndexDevice => CPU;

        public Tensor Select(Tensor selected) =>
            throw new NotSupportedException("On the CPU sparse rows are read by vector kernels.");

        public void Dispose()
        {
        }
    }

    /// <summary>Expands minibatches to dense rows on the device. Rows are stored there as nonzero values, padded with
    /// zeros to the longest row.</summary>
    private sealed class DeviceSource : IFeatureSource
    {
        private readonly Tensor _indices;
        private readonly Tensor _values;
        private readonly Tensor _mean;
        private readonly Tensor _scale;

        public DeviceSource(List<SparseRow> rows, int count, int longest, Standardization common, Device device)
        {
            using var scope = NewDisposeScope();
            var (indices, values) = (empty([count, longest], ScalarType.Int32), zeros(count, longest));
            indices.zero_();
            for (var r = 0; r < count; r++)
            {
                rows[r].Indices.CopyTo(Row<int>(indices, r, rows[r].Indices.Length));
                rows[r].Values.CopyTo(Row<float>(values, r, rows[r].Values.Length));
            }
            (_indices, _values) = (Load(indices), Load(values));
            (_mean, _scale) = (Load(Floats(common.Mean)), Load(Floats(common.Scale)));

            Tensor Load(Tensor onHost) => onHost.to(device, copy: true).DetachFromDisposeScope();

            static Tensor Floats(double[] numbers) => tensor([.. numbers.Select(number => (float)number)]);

            static unsafe Span<T> Row<T>(Tensor all, long row, int length) where T : unmanaged =>
                new(VectorLoop.Pointer<T>(all, all.numel()) + row * all.shape[1], length);
        }

        public ColumnSplit Split(IColumnFeatures inputs) =>
            throw new NotSupportedException("Vector kernels are for the CPU.");

        public Device IndexDevice => _values.device;

        public Tensor Select(Tensor selected)
        {
            // Padding adds zero to the first column.
            var indices = _indices.index_select(0, selected).to_type(ScalarType.Int64);
            var dense = zeros([selected.shape[0], _mean.shape[0]], device: _values.device);
            return dense.scatter_add_(1, indices, _values.index_select(0, selected)).sub_(_mean).mul_(_scale);
        }

        public void Dispose()
        {
            _indices.Dispose();
            _values.Dispose();
            _mean.Dispose();
            _scale.Dispose();
        }
    }

    /// <summary>Expands minibatches to dense rows on the host.</summary>
    private sealed class HostWrittenSource(List<SparseRow> rows, Standardization common, Device device) : IFeatureSource
    {
        public ColumnSplit Split(IColumnFeatures inputs) =>
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

/// <summary>The nonzero values of a row, with their columns in ascending order.</summary>
internal readonly record struct SparseRow(int[] Indices, float[] Values)
{
    /// <summary>Adds the values to a dense row.</summary>
    public void AddTo(Span<float> dense)
    {
        for (var k = 0; k < Indices.Length; k++)
            dense[Indices[k]] += Values[k];
    }
}
