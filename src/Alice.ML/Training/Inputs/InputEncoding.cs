using System.Numerics;
using Alice.ML.Models;
using Alice.ML.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>
/// What the first layer of a network is given for a row of standardised columns x: for each feature a·clamp(x, low, high) + b of one column.
/// Numbers as they are have no bounds; the features of a piecewise-linear encoding have the edges of their bin (Gorishniy et al. 2022,
/// On Embeddings for Numerical Features in Tabular Deep Learning) and are standardised in turn.
/// </summary>
internal sealed class InputEncoding : IDisposable
{
    private readonly int _columns;
    private readonly int[] _starts;
    private readonly float[] _low;
    private readonly float[] _high;
    private readonly float[] _factor;
    private readonly float[] _shift;
    private readonly DeviceEncoding? _device;

    private InputEncoding(int columns, PiecewiseLinearEncoder? encoder, Standardization standardization, int[] starts,
        float[] low, float[] high, float[] factor, float[] shift, Device device)
    {
        _columns = columns;
        Encoder = encoder;
        Standardization = standardization;
        _starts = starts;
        (_low, _high, _factor, _shift) = (low, high, factor, shift);
        if (encoder is not null && device.type != DeviceType.CPU)
            _device = new DeviceEncoding(starts, low, high, factor, shift, device);
    }

    /// <summary>The encoder that the model needs, for columns as they come; null for numbers as they are.</summary>
    public PiecewiseLinearEncoder? Encoder { get; }

    /// <summary>From the model's features to what the first layer was trained on.</summary>
    public Standardization Standardization { get; }

    /// <summary>Features a row.</summary>
    public int Features => Standardization.Mean.Length;

    /// <summary>Columns as they are.</summary>
    /// <param name="columns">Standardisation of the columns.</param>
    public static InputEncoding Plain(Standardization columns) => new(columns.Mean.Length, null, columns, [], [], [], [], [], CPU);

    /// <summary>Columns with their bins beside them.</summary>
    /// <param name="data">Rows, standardised.</param>
    /// <param name="table">Their table.</param>
    /// <param name="columns">Standardisation of the columns.</param>
    /// <param name="bins">Bins a column, at most.</param>
    /// <param name="known">An encoder whose edges to take; null: quantiles of the rows.</param>
    /// <param name="device">Where minibatches are.</param>
    public static InputEncoding PiecewiseLinear(
        TrainingData data, DenseFeatures table, Standardization columns, int bins, PiecewiseLinearEncoder? known, Device device)
    {
        var edges = known is not null
            ? Standardized(known.Edges, columns)
            : [.. Enumerable.Range(0, table.Columns).Select(column => columns.Scale[column] == 0
                ? []
                : BinEdges.OfColumn(data.Rows, bins, row => table.Row(data.Start + row)[column], data.Weight))];
        var starts = new int[table.Columns + 1];
        for (var column = 0; column < table.Columns; column++)
            starts[column + 1] = starts[column] + Math.Max(1, edges[column].Length);
        var count = starts[^1];
        var (low, high) = (new float[count], new float[count]);
        var (factor, shift) = (new float[count], new float[count]);
        Array.Fill(low, float.NegativeInfinity);
        Array.Fill(high, float.PositiveInfinity);
        Array.Fill(factor, 1);
        var (mean, scale) = (new double[count], new double[count]);
        for (var column = 0; column < table.Columns; column++)
        {
            mean[starts[column]] = columns.Mean[column];
            scale[starts[column]] = columns.Scale[column];
            for (var bin = 1; bin < edges[column].Length; bin++)
            {
                var at = starts[column] + bin;
                var (from, to) = (edges[column][bin - 1], edges[column][bin]);
                if (bin > 1)
                    low[at] = from;
                if (bin < edges[column].Length - 1)
                    high[at] = to;
                (mean[at], scale[at]) = Moments(data, row =>
                    (Math.Clamp(table.Row(data.Start + row)[column], low[at], high[at]) - from) / (double)(to - from));
                if (known is not null && scale[at] == 0)
                    scale[at] = 1; // as Standardization.KeepingConstants
                factor[at] = (float)(scale[at] / (to - from));
                shift[at] = (float)(-(from / (double)(to - from) + mean[at]) * scale[at]);
            }
        }
        return new(table.Columns, known ?? InColumnUnits(edges, columns), new(mean, scale), starts, low, high, factor, shift, device);
    }

    /// <summary>The features of a minibatch [rows, columns]; they belong to the caller's scope.</summary>
    public Tensor Encode(Tensor batch)
    {
        if (Encoder is null)
            return batch;
        if (_device is not null)
            return _device.Encode(batch);

        var rows = (int)batch.shape[0];
        var encoded = empty(rows, Features);
        EncodeOnCpu(batch, encoded, rows);
        return encoded;
    }

    public void Dispose() => _device?.Dispose();

    private static (double Mean, double Scale) Moments(TrainingData data, Func<int, double> feature)
    {
        double weights = 0, sum = 0, squares = 0;
        for (var row = 0; row < data.Rows; row += BinEdges.Stride(data.Rows))
        {
            double weight = data.Weight(row), value = feature(row);
            weights += weight;
            sum += weight * value;
            squares += weight * value * value;
        }
        var mean = sum / weights;
        return (mean, Standardization.ScaleOf(Math.Max(0, squares / weights - mean * mean), mean));
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
                own[i] = Math.Max(own[i], MathF.BitIncrement(own[i - 1]));
            result[column] = own;
        }
        return new PiecewiseLinearEncoder(result);
    }

    private unsafe void EncodeOnCpu(Tensor batch, Tensor encoded, int rows)
    {
        var from = VectorLoop.Pointer<float>(batch, (long)rows * _columns);
        var to = VectorLoop.Pointer<float>(encoded, (long)rows * Features);
        for (var row = 0; row < rows; row++, from += _columns, to += Features)
            for (var column = 0; column < _columns; column++)
            {
                var value = from[column];
                var x = new Vector<float>(value);
                var i = _starts[column];
                var end = _starts[column + 1];
                for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
                {
                    var clamped = Vector.Min(Vector.Max(x, new Vector<float>(_low, i)), new Vector<float>(_high, i));
                    (clamped * new Vector<float>(_factor, i) + new Vector<float>(_shift, i)).Store(to + i);
                }
                for (; i < end; i++)
                    to[i] = Math.Min(Math.Max(value, _low[i]), _high[i]) * _factor[i] + _shift[i];
            }
    }

    /// <summary>The same in tensor operations.</summary>
    private sealed class DeviceEncoding : IDisposable
    {
        private readonly Tensor _column;
        private readonly Tensor _low;
        private readonly Tensor _high;
        private readonly Tensor _factor;
        private readonly Tensor _shift;

        public DeviceEncoding(int[] starts, float[] low, float[] high, float[] factor, float[] shift, Device device)
        {
            var columns = new long[low.Length];
            for (var column = 0; column < starts.Length - 1; column++)
                Array.Fill(columns, column, starts[column], starts[column + 1] - starts[column]);
            _column = Load(tensor(columns));
            _low = Load(tensor(low));
            _high = Load(tensor(high));
            _factor = Load(tensor(factor));
            _shift = Load(tensor(shift));

            Tensor Load(Tensor values)
            {
                using (values)
                    return values.to(device, copy: true).DetachFromDisposeScope();
            }
        }

        public Tensor Encode(Tensor batch) =>
            minimum(maximum(batch.index_select(1, _column), _low), _high).mul_(_factor).Add(_shift);

        public void Dispose()
        {
            _column.Dispose();
            _low.Dispose();
            _high.Dispose();
            _factor.Dispose();
            _shift.Dispose();
        }
    }
}
