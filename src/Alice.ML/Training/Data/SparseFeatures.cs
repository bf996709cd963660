using Alice.ML.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Features as the values that are not zero, row after row; on the CPU minibatches too (<see cref="SparseRows"/>). Columns that are
/// mostly zeros (one-hot, text) stay as they are; the others are standardised.
/// </summary>
internal sealed class SparseFeatures(List<SparseRow> rows, int columns) : FeatureTable(columns)
{
    // From this share of values that are not zero on, a column is a number rather than an indicator.
    private const double NumberShare = 0.25;

    public override Standardization Moments(TrainingData part)
    {
        double total = 0;
        var count = new double[Columns];
        var sum = new double[Columns];
        var squares = new double[Columns];
        for (var r = 0; r < part.Rows; r++)
        {
            double weight = part.Weight(r);
            total += weight;
            var row = rows[part.Start + r];
            for (var k = 0; k < row.Indices.Length; k++)
            {
                count[row.Indices[k]] += weight;
                sum[row.Indices[k]] += weight * row.Values[k];
            }
        }
        for (var r = 0; r < part.Rows; r++)
        {
            double weight = part.Weight(r);
            var row = rows[part.Start + r];
            for (var k = 0; k < row.Indices.Length; k++)
            {
                var difference = row.Values[k] - sum[row.Indices[k]] / total;
                squares[row.Indices[k]] += weight * difference * difference;
            }
        }

        var result = Standardization.Identity(Columns);
        for (var c = 0; c < Columns; c++)
            if (count[c] >= NumberShare * total)
            {
                var mean = sum[c] / total;
                result.Mean[c] = mean;
                result.Scale[c] = Standardization.ScaleOf((squares[c] + (total - count[c]) * mean * mean) / total, mean);
            }
        return result;
    }

    /// <summary>
    /// Every column's mean is taken away, one that varies by more than 1 is divided by its deviation, and all are multiplied alike so that
    /// their variances sum to 1: then one learning rate suits gradient steps of tables of any width.
    /// </summary>
    public Standardization CommonScale(TrainingData part)
    {
        double total = 0;
        var sum = new double[Columns];
        for (var r = 0; r < part.Rows; r++)
        {
            total += part.Weight(r);
            foreach (var (column, value) in Values(part, r))
                sum[column] += part.Weight(r) * (double)value;
        }
        var result = Standardization.Identity(Columns);
        var (filled, squares) = (new double[Columns], new double[Columns]);
        for (var column = 0; column < Columns; column++)
            result.Mean[column] = sum[column] / total;
        for (var r = 0; r < part.Rows; r++)
            foreach (var (column, value) in Values(part, r))
            {
                filled[column] += part.Weight(r);
                squares[column] += part.Weight(r) * Math.Pow(value - result.Mean[column], 2);
            }
        double variances = 0;
        for (var column = 0; column < Columns; column++)
        {
            var mean = result.Mean[column];
            var variance = (squares[column] + (total - filled[column]) * mean * mean) / total;
            var scale = Standardization.ScaleOf(variance, mean);
            result.Scale[column] = Math.Min(1, scale);
            variances += Math.Min(1, scale) * Math.Min(1, scale) * variance;
        }
        for (var column = 0; column < Columns && variances > 0; column++)
            result.Scale[column] /= Math.Sqrt(variances);
        return result;

        IEnumerable<(int, float)> Values(TrainingData of, int row) =>
            rows[of.Start + row].Indices.Zip(rows[of.Start + row].Values);
    }

    public override void Swap(int a, int b) => (rows[a], rows[b]) = (rows[b], rows[a]);

    public override void CopyRow(int row, Span<float> to) => rows[row].AddTo(to);

    public override IFeatureSource Open(Standardization standardization, int count, Device device)
    {
        var filled = new int[Columns];
        foreach (var row in rows)
            foreach (var column in row.Indices)
                filled[column]++;
        // Zeros of numbers are written out: sums of raw values and of means would cancel where the mean is much larger than the deviation.
        int[] numbers = [.. Enumerable.Range(0, Columns).Where(column => filled[column] >= NumberShare * rows.Count)];
        var zeros = new float[Columns];
        for (var column = 0; column < Columns; column++)
            zeros[column] = (float)(-standardization.Mean[column] * standardization.Scale[column]);
        foreach (var column in numbers)
            zeros[column] = 0;
        for (var r = 0; r < rows.Count; r++)
            rows[r] = Standardized(rows[r], numbers, zeros, standardization);
        return new Source(rows, zeros, device);
    }

    private static SparseRow Standardized(SparseRow row, int[] numbers, float[] zeros, Standardization standardization)
    {
        int[] indices = numbers.Length == 0 ? row.Indices : [.. row.Indices.Union(numbers).Order()];
        var values = new float[indices.Length];
        for (int k = 0, own = 0; k < indices.Length; k++)
        {
            var column = indices[k];
            var x = own < row.Indices.Length && row.Indices[own] == column ? row.Values[own++] : 0;
            values[k] = (float)((x - standardization.Mean[column]) * standardization.Scale[column]) - zeros[column];
        }
        return new SparseRow(indices, values);
    }

    private sealed class Source(List<SparseRow> rows, float[] zeros, Device device) : IFeatureSource
    {
        public Device IndexDevice => CPU;

        public (Tensor, IFirstLayer?) Select(Tensor selected)
        {
            var numbers = VectorLoop.Span<long>(selected, (int)selected.shape[0]);
            var batch = new SparseRow[numbers.Length];
            for (var i = 0; i < batch.Length; i++)
                batch[i] = rows[(int)numbers[i]];
            return device.type == DeviceType.CPU
                ? (empty(batch.Length, 0), new SparseRows(batch, zeros))
                : (Dense(batch).to(device), null);
        }

        public void Dispose()
        {
        }

        private Tensor Dense(SparseRow[] batch)
        {
            var dense = new float[batch.Length * zeros.Length];
            for (var i = 0; i < batch.Length; i++)
            {
                var row = dense.AsSpan(i * zeros.Length, zeros.Length);
                zeros.CopyTo(row);
                batch[i].AddTo(row);
            }
            return frombuffer(dense, ScalarType.Float32).view(-1, zeros.Length);
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
