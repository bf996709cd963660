using Alice.ML.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>What the first layer of a network is given for a row of standardised columns: the numbers as they are, as scores, or encoded.</summary>
internal sealed class InputEncoding : IDisposable
{
    private readonly EncodedColumns? _columns;
    private readonly NormalScores? _scores;
    private readonly DeviceEncoding? _device;

    private InputEncoding(
        PiecewiseLinearEncoder? encoder, Standardization standardization, EncodedColumns? columns, NormalScores? scores, Device device)
    {
        (Encoder, Standardization, _columns, _scores) = (encoder, standardization, columns, scores);
        if (columns is not null && device.type != DeviceType.CPU)
            _device = new DeviceEncoding(columns, device, scores?.First);
    }

    /// <summary>The encoder that the model needs, for prepared features; null for numbers as they are.</summary>
    public PiecewiseLinearEncoder? Encoder { get; }

    /// <summary>From the prepared or encoded features to what the first layer was trained on; <see cref="Unroll"/> comes before it.</summary>
    public Standardization Standardization { get; }

    /// <summary>Features a row.</summary>
    public int Features => _scores?.Bins.Columns ?? Standardization.Mean.Length;

    /// <summary>Prepared features as they are, but for a standardisation that only training knows.</summary>
    public static InputEncoding Plain(Standardization common) => new(null, common, null, null, CPU);

    /// <summary>Columns with heavy tails as normal scores; null where there are none.</summary>
    /// <param name="data">Rows.</param>
    /// <param name="table">Their prepared features.</param>
    /// <param name="preparation">What prepared them.</param>
    /// <param name="device">Where minibatches are.</param>
    public static InputEncoding? NormalScores(TrainingData data, DenseFeatures table, FeaturePreparation preparation, Device device)
    {
        var isThere = IsThere(data, table, preparation);
        if (Training.NormalScores.Of(table.Columns, column => Sample(data, table, isThere, column)) is not { } scores)
            return null;
        // Bins of a model go from 0 to 1: what their weights are multiplied by, Unroll knows.
        return new(new PiecewiseLinearEncoder(Apart(scores.Bins.Edges)), Standardization.Identity(scores.Bins.Features), scores.Bins, scores, device);
    }

    /// <summary>Columns with their bins beside them.</summary>
    /// <param name="data">Rows.</param>
    /// <param name="table">Their prepared features.</param>
    /// <param name="preparation">What prepared them.</param>
    /// <param name="bins">Bins a column, at most.</param>
    /// <param name="device">Where minibatches are.</param>
    public static InputEncoding PiecewiseLinear(TrainingData data, DenseFeatures table, FeaturePreparation preparation, int bins, Device device)
    {
        var isThere = IsThere(data, table, preparation);
        float[][] edges = [.. Enumerable.Range(0, table.Columns).Select(column =>
            BinEdges.OfColumn(data.Rows, bins, Sample(data, table, isThere, column)))];
        return PiecewiseLinear(data, table, new PiecewiseLinearEncoder(Apart(edges)), device, keepsConstants: false);
    }

    /// <summary>Columns with the bins of a model's encoder beside them, to train its weights on.</summary>
    public static InputEncoding PiecewiseLinear(TrainingData data, DenseFeatures table, PiecewiseLinearEncoder known, Device device) =>
        PiecewiseLinear(data, table, known, device, keepsConstants: true);

    /// <param name="data">Rows.</param>
    /// <param name="table">Their prepared features.</param>
    /// <param name="encoder">Has the edges.</param>
    /// <param name="device">Where minibatches are.</param>
    /// <param name="keepsConstants">Whether weights of bins that do not vary in these rows are kept; else they count for nothing.</param>
    private static InputEncoding PiecewiseLinear(
        TrainingData data, DenseFeatures table, PiecewiseLinearEncoder encoder, Device device, bool keepsConstants)
    {
        var encoded = new EncodedColumns([.. encoder.Edges]);
        var standardization = Standardization.Identity(encoded.Features);
        for (var column = 0; column < table.Columns; column++)
        {
            var (number, _) = encoded.Range(column);
            foreach (var (bin, (mean, scale)) in Moments(data, encoded, column, row => table.Row(data.Start + row)[column]).Index())
            {
                var feature = number + 1 + bin;
                (standardization.Mean[feature], standardization.Scale[feature]) = (mean, scale == 0 && keepsConstants ? 1 : scale);
                encoded.Empty[feature] = (float)(-mean * standardization.Scale[feature]);
                encoded.Scale[feature] = (float)standardization.Scale[feature];
            }
        }
        return new(encoder, standardization, encoded, null, device);
    }

    /// <summary>A minibatch as the first layer takes it; its tensors belong to the caller's scope.</summary>
    public Minibatch Encode(Minibatch batch)
    {
        if (_columns is null)
            return batch;
        if (_device is not null)
            return batch with { Features = _device.Encode(batch.Features) };
        return _scores is null
            ? batch with { FirstLayer = new BinnedRows(_columns, batch.Features) }
            : batch with { Features = _scores.Apply(batch.Features) };
    }

    /// <summary>A network that learned from these features as one of the encoder's.</summary>
    public (NetworkShape Shape, float[] Weights) Unroll(NetworkShape shape, float[] weights) =>
        _scores?.Unroll(shape, weights) ?? (shape, weights);

    public void Dispose() => _device?.Dispose();

    /// <summary>Standardisation of each bin of a column.</summary>
    private static (double Mean, double Scale)[] Moments(TrainingData data, EncodedColumns encoded, int column, Func<int, float> value)
    {
        var (number, end) = encoded.Range(column);
        var bins = new (double Weight, double Sum, double Squares)[end - number];
        for (var row = 0; row < data.Rows; row += ColumnSample.Stride(data.Rows))
        {
            var (feature, share) = encoded.Locate(column, value(row));
            double weight = data.Weight(row);
            ref var bin = ref bins[feature - number];
            bin = (bin.Weight + weight, bin.Sum + weight * share, bin.Squares + weight * share * share);
        }
        var (total, above) = (bins.Sum(bin => bin.Weight), 0.0);
        var moments = new (double, double)[end - number - 1];
        for (var i = moments.Length; i > 0; i--)
        {
            // Rows above the bin have all of it.
            var mean = (bins[i].Sum + above) / total;
            moments[i - 1] = (mean, Standardization.ScaleOf(Math.Max(0, (bins[i].Squares + above) / total - mean * mean), mean));
            above += bins[i].Weight;
        }
        return moments;
    }

    private static ColumnSample Sample(TrainingData data, DenseFeatures table, Func<int, int, bool> isThere, int column) =>
        new(data.Rows, row => table.Row(data.Start + row)[column], row => isThere(row, column) ? data.Weight(row) : 0);

    /// <summary>Whether the value of a row in a prepared column was not missing.</summary>
    private static Func<int, int, bool> IsThere(TrainingData data, DenseFeatures table, FeaturePreparation preparation)
    {
        var indicators = new int[table.Columns];
        for (var k = 0; k < preparation.Indicators.Length; k++)
            indicators[preparation.Indicators[k]] = preparation.InputCount + k;
        return (row, column) => indicators[column] == 0 || table.Row(data.Start + row)[indicators[column]] == 0;
    }

    /// <summary>Edges as far apart as an encoder wants them.</summary>
    private static float[][] Apart(float[][] edges) => Array.ConvertAll(edges, own =>
    {
        own = [.. own];
        for (var i = 1; i < own.Length; i++)
            own[i] = Math.Max(own[i], Math.Max(MathF.BitIncrement(own[i - 1]), own[i - 1] + PiecewiseLinearEncoder.MinimumWidth));
        return own;
    });
}
