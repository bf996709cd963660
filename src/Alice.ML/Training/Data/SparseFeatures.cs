using Alice.ML.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Features as the values that are not zero, row after row; on the CPU minibatches too (<see cref="SparseRows"/>). Columns that are
/// mostly zeros (one-hot, text) are scaled only, so that zeros stay zeros; the others are standardised.
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

    public override void Swap(int a, int b) => (rows[a], rows[b]) = (rows[b], rows[a]);

    public override void CopyRow(int row, Span<float> to) => rows[row].CopyTo(to);

    public override IFeatureSource Open(Standardization standardization, int count, Device device)
    {
        int[] shifted = [.. Enumerable.Range(0, Columns).Where(column => standardization.Mean[column] != 0)];
        for (var r = 0; r < rows.Count; r++)
            rows[r] = Standardized(rows[r], shifted, standardization);
        return new Source(rows, Columns, device);
    }

    /// <summary>
    /// The row with its standardised values. Where a mean is taken away, zeros are values too: written out, since sums of raw values and
    /// of their means would cancel where the mean is much larger than the deviation.
    /// </summary>
    private static SparseRow Standardized(SparseRow row, int[] shifted, Standardization standardization)
    {
        int[] indices = shifted.Length == 0 ? row.Indices : [.. row.Indices.Union(shifted).Order()];
        var values = new float[indices.Length];
        for (int k = 0, own = 0; k < indices.Length; k++)
        {
            var column = indices[k];
            var x = own < row.Indices.Length && row.Indices[own] == column ? row.Values[own++] : 0;
            values[k] = (float)((x - standardization.Mean[column]) * standardization.Scale[column]);
        }
        return new SparseRow(indices, values);
    }

    private sealed class Source(List<SparseRow> rows, int columns, Device device) : IFeatureSource
    {
        public Device IndexDevice => CPU;

        public (Tensor, IFirstLayer?) Select(Tensor selected)
        {
            var numbers = VectorLoop.Span<long>(selected, (int)selected.shape[0]);
            var batch = new SparseRow[numbers.Length];
            for (var i = 0; i < batch.Length; i++)
                batch[i] = rows[(int)numbers[i]];
            return device.type == DeviceType.CPU
                ? (empty(batch.Length, 0), new SparseRows(batch, columns))
                : (Dense(batch).to(device), null);
        }

        public void Dispose()
        {
        }

        private Tensor Dense(SparseRow[] batch)
        {
            var dense = new float[batch.Length * columns];
            for (var i = 0; i < batch.Length; i++)
                batch[i].CopyTo(dense.AsSpan(i * columns, columns));
            return frombuffer(dense, ScalarType.Float32).view(-1, columns);
        }
    }
}

/// <summary>The values of a row that are not zero, with their columns, ascending.</summary>
internal readonly record struct SparseRow(int[] Indices, float[] Values)
{
    /// <summary>Writes the values into a row of zeros in all columns.</summary>
    public void CopyTo(Span<float> dense)
    {
        for (var k = 0; k < Indices.Length; k++)
            dense[Indices[k]] = Values[k];
    }
}
