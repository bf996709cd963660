using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// Features as the values that are not zero, row after row. A minibatch is made dense when it is asked for. Columns that are
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

    public override void Swap(int a, int b) => (rows[a], rows[b]) = (rows[b], rows[a]);

    public override IFeatureSource Open(Standardization standardization, int count, Device device) =>
        new Source(rows, standardization, device);

    private sealed class Source(List<SparseRow> rows, Standardization standardization, Device device) : IFeatureSource
    {
        private readonly float[] _zeros =
            [.. standardization.Mean.Zip(standardization.Scale, (mean, scale) => (float)(-mean * scale))];

        public Device IndexDevice => CPU;

        public Tensor Select(Tensor selected)
        {
            var columns = _zeros.Length;
            var batch = new float[selected.shape[0] * columns];
            var to = batch.AsSpan();
            foreach (var index in selected.data<long>())
            {
                _zeros.CopyTo(to);
                var row = rows[(int)index];
                for (var k = 0; k < row.Indices.Length; k++)
                {
                    var column = row.Indices[k];
                    to[column] = (float)((row.Values[k] - standardization.Mean[column]) * standardization.Scale[column]);
                }
                to = to[columns..];
            }
            return frombuffer(batch, ScalarType.Float32).view(-1, columns).to(device);
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>The values of a row that are not zero, with their columns, ascending.</summary>
internal readonly record struct SparseRow(int[] Indices, float[] Values);
