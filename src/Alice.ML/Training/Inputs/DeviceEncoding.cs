using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Training.Inputs;

/// <summary>Piecewise-linear encoding in tensor operations: each feature is (clamp(x, low, high) − from)·a + b of one
/// column. The difference comes first: in a narrow bin far from zero a·x and b would cancel.</summary>
internal sealed class DeviceEncoding : IDisposable
{
    private readonly Tensor _column;
    private readonly Tensor _low;
    private readonly Tensor _high;
    private readonly Tensor _from;
    private readonly Tensor _factor;
    private readonly Tensor _shift;

    // For scores: which features add up to each column, and what they are added to.
    private readonly Tensor? _sums;
    private readonly Tensor? _first;

    /// <param name="encoding">The features.</param>
    /// <param name="device">Where minibatches are.</param>
    /// <param name="first">Per column what its bins are added to, to give scores; null: to give the features.</param>
    public DeviceEncoding(EncodedColumns encoding, Device device, float[]? first = null)
    {
        var column = new long[encoding.Features];
        var (low, high) = (new float[encoding.Features], new float[encoding.Features]);
        var (origin, factor, shift) =
            (new float[encoding.Features], new float[encoding.Features], new float[encoding.Features]);
        Array.Fill(low, float.NegativeInfinity);
        Array.Fill(high, float.PositiveInfinity);
        Array.Fill(factor, 1);
        for (var c = 0; c < encoding.Columns; c++)
        {
            var (number, end) = encoding.Range(c);
            Array.Fill(column, c, number, end - number);
            for (var at = number + 1; at < end; at++)
            {
                var (from, to) = (encoding.Edges[c][at - number - 1], encoding.Edges[c][at - number]);
                if (at > number + 1)
                    low[at] = from;
                if (at < end - 1)
                    high[at] = to;
                factor[at] = encoding.Scale[at] / (to - from);
                (origin[at], shift[at]) = (from, encoding.Empty[at]);
            }
        }
        _column = Load(tensor(column));
        _low = Load(tensor(low));
        _high = Load(tensor(high));
        _from = Load(tensor(origin));
        _factor = Load(tensor(factor));
        _shift = Load(tensor(shift));
        if (first is not null)
        {
            _sums = Load(tensor(Sums(encoding), encoding.Features, encoding.Columns));
            _first = Load(tensor(first));
        }

        Tensor Load(Tensor values)
        {
            using (values)
                return values.to(device, copy: true).DetachFromDisposeScope();
        }
    }

    public Tensor Encode(Tensor batch)
    {
        var features = minimum(maximum(batch.index_select(1, _column), _low), _high)
            .sub_(_from).mul_(_factor).Add(_shift);
        return _sums is null ? features : features.mm(_sums).Add(_first!);
    }

    public void Dispose()
    {
        _column.Dispose();
        _low.Dispose();
        _high.Dispose();
        _from.Dispose();
        _factor.Dispose();
        _shift.Dispose();
        _sums?.Dispose();
        _first?.Dispose();
    }

    private static float[] Sums(EncodedColumns encoding)
    {
        var sums = new float[encoding.Features * encoding.Columns];
        for (var column = 0; column < encoding.Columns; column++)
        {
            var (number, end) = encoding.Range(column);
            for (var feature = end == number + 1 ? number : number + 1; feature < end; feature++)
                sums[feature * encoding.Columns + column] = 1;
        }
        return sums;
    }
}
