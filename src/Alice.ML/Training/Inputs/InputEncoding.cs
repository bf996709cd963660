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

    /// <summary>The encoder that the model needs, for columns as they come; null for numbers as they are.</summary>
    public PiecewiseLinearEncoder? Encoder { get; }

    /// <summary>From the model's features to what the first layer was trained on; <see cref="Unroll"/> comes before it.</summary>
    public Standardization Standardization { get; }

    /// <summary>Features a row.</summary>
    public int Features => _scores?.Bins.Columns ?? Standardization.Mean.Length;

    /// <summary>Columns as they are.</summary>
    /// <param name="columns">Standardisation of the columns.</param>
    public static InputEncoding Plain(Standardization columns) => new(null, columns, null, null, CPU);

    /// <summary>Columns with heavy tails as normal scores; null where there are none.</summary>
    /// <param name="data">Rows, standardised.</param>
    /// <param name="table">Their table.</param>
    /// <param name="columns">Standardisation of the columns.</param>
    /// <param name="device">Where minibatches are.</param>
    public static InputEncoding? NormalScores(TrainingData data, DenseFeatures table, Standardization columns, Device device)
    {
        if (Training.NormalScores.Of(data.Rows, table.Columns, row => table.Row(data.Start + row), data.Weight) is not { } scores)
            return null;
        var bins = scores.Bins;
        // Bins of a model go from 0 to 1: what their weights are multiplied by, Unroll knows.
        var (mean, scale) = (new double[bins.Features], Enumerable.Repeat(1.0, bins.Features).ToArray());
        for (var column = 0; column < bins.Columns; column++)
            (mean[bins.Range(column).Number], scale[bins.Range(column).Number]) = (columns.Mean[column], columns.Scale[column]);
        return new(InColumnUnits(bins.Edges, columns), new(mean, scale), bins, scores, device);
    }

    /// <summary>Columns with their bins beside them.</summary>
    /// <param name="data">Rows, standardised.</param>
    /// <param name="table">Their table.</param>
    /// <param name="columns">Standardisation of the columns.</param>
    /// <param name="bins">Bins a column, at most.</param>
    /// <param name="device">Where minibatches are.</param>
    public static InputEncoding PiecewiseLinear(TrainingData data, DenseFeatures table, Standardization columns, int bins, Device device)
    {
        float[][] edges = [.. Enumerable.Range(0, table.Columns).Select(column => columns.Scale[column] == 0
            ? []
            : BinEdges.OfColumn(data.Rows, bins, row => table.Row(data.Start + row)[column], data.Weight))];
        return PiecewiseLinear(data, table, columns, edges, InColumnUnits(edges, columns), device, keepsConstants: false);
    }

    /// <summary>The same with the edges of a model's encoder, to train its weights on.</summary>
    public static InputEncoding PiecewiseLinear(
        TrainingData data, DenseFeatures table, Standardization columns, PiecewiseLinearEncoder known, Device device) =>
        PiecewiseLinear(data, table, columns, Standardized(known.Edges, columns), known, device, keepsConstants: true);

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

    private static InputEncoding PiecewiseLinear(
        TrainingData data, DenseFeatures table, Standardization columns, float[][] edges, PiecewiseLinearEncoder encoder, Device device,
        bool keepsConstants)
    {
        var encoded = new EncodedColumns(edges);
        var (mean, scale) = (new double[encoded.Features], new double[encoded.Features]);
        for (var column = 0; column < table.Columns; column++)
        {
            var (number, _) = encoded.Range(column);
            mean[number] = columns.Mean[column];
            scale[number] = columns.Scale[column];
            foreach (var (bin, moments) in Moments(data, encoded, column, row => table.Row(data.Start + row)[column]).Index())
            {
                var feature = number + 1 + bin;
                (mean[feature], scale[feature]) = moments;
                if (keepsConstants && scale[feature] == 0)
                    scale[feature] = 1; // as Standardization.KeepingConstants
                encoded.Empty[feature] = (float)(-mean[feature] * scale[feature]);
                encoded.Scale[feature] = (float)scale[feature];
            }
        }
        return new(encoder, new(mean, scale), encoded, null, device);
    }

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

    private static float[][] Standardized(IReadOnlyList<float[]> edges, Standardization columns) =>
        [.. edges.Select((own, column) => own.Select(edge =>
            (float)((edge - columns.Mean[column]) * columns.Scale[column])).ToArray())];

    private static PiecewiseLinearEncoder InColumnUnits(float[][] edges, Standardization columns)
    {
        var result = new float[edges.Length][];
        for (var column = 0; column < edges.Length; column++)
        {
            // Edges that fall together in the column's own units are one.
            var own = edges[column].Select(edge => (float)(edge / columns.Scale[column] + columns.Mean[column])).ToArray();
            for (var i = 1; i < own.Length; i++)
                own[i] = Math.Max(own[i], Math.Max(MathF.BitIncrement(own[i - 1]), own[i - 1] + PiecewiseLinearEncoder.MinimumWidth));
            result[column] = own;
        }
        return new PiecewiseLinearEncoder(result);
    }
}
