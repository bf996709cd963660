using Alice.ML.Models.Inputs;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Training.Inputs;

/// <summary>The formula of <see cref="PiecewiseLinearEncoder"/> in tensor operations, its features on the scale of
/// <see cref="EncodedColumns"/>. The difference comes first: in a narrow bin far from zero terms would cancel.
/// </summary>
internal sealed class DeviceEncoding : IDisposable
{
    private readonly Tensor _column;
    private readonly Tensor _shifts;
    private readonly Tensor _scales;
    private readonly Tensor _lower;
    private readonly Tensor _upper;

    // From a share of 0 to 1 to the feature.
    private readonly Tensor _gain;
    private readonly Tensor _empty;

    // For scores: which features add up to each column, and what they are added to.
    private readonly Tensor? _sums;
    private readonly Tensor? _first;

    /// <param name="encoding">The features.</param>
    /// <param name="device">Where minibatches are.</param>
    /// <param name="first">Per column what its bins are added to, to give scores; null: to give the features.</param>
    public DeviceEncoding(EncodedColumns encoding, Device device, float[]? first = null)
    {
        var encoder = encoding.Encoder;
        var (column, gain) = (new long[encoding.Features], encoding.Scale.ToArray());
        for (var c = 0; c < encoding.Columns; c++)
        {
            var (number, end) = encoding.Range(c);
            Array.Fill(column, c, number, end - number);
            gain[number] = 1;
        }
        _column = Load(tensor(column));
        _shifts = Load(tensor(encoder.Shifts.ToArray()));
        _scales = Load(tensor(encoder.Scales.ToArray()));
        _lower = Load(tensor(encoder.Lower.ToArray()));
        _upper = Load(tensor(encoder.Upper.ToArray()));
        _gain = Load(tensor(gain));
        _empty = Load(tensor(encoding.Empty));
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
        var shares = batch.index_select(1, _column).sub_(_shifts).mul_(_scales).clamp_(_lower, _upper);
        var features = shares.mul_(_gain).Add(_empty);
        return _sums is null ? features : features.mm(_sums).Add(_first!);
    }

    public void Dispose()
    {
        _column.Dispose();
        _shifts.Dispose();
        _scales.Dispose();
        _lower.Dispose();
        _upper.Dispose();
        _gain.Dispose();
        _empty.Dispose();
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
