using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>The training rows on the device, cut into minibatches in a new order every epoch.</summary>
internal sealed class BatchSource : IDisposable
{
    private readonly Tensor _features;
    private readonly Tensor _targets;
    private readonly Tensor? _weights;
    private readonly Device _device;
    private readonly Generator _generator;
    private readonly long _rows;
    private Tensor? _order;

    /// <param name="data">The rows; the buffers are used in place where the device is the CPU.</param>
    /// <param name="batchSize">Rows a minibatch, at most.</param>
    /// <param name="device">Where minibatches are wanted.</param>
    /// <param name="generator">Draws the order; of the CPU, so that every device sees the same one.</param>
    public BatchSource(TrainingData data, int batchSize, Device device, Generator generator)
    {
        _device = device;
        _generator = generator;
        _rows = data.Rows;
        Count = (int)((_rows + batchSize - 1) / batchSize);
        _features = Load(data.Features, data.Columns);
        _targets = Load(data.Labels, 1);
        if (data.Weights is { } weights)
        {
            _weights = Load(weights, 1);
            _weights.div_(_weights.mean());
        }
    }

    /// <summary>Minibatches an epoch. Their sizes differ by one row at most, so that no small rest is noisy.</summary>
    public int Count { get; }

    /// <summary>Rows of a minibatch.</summary>
    public long RowsOf(int index) => Start(index + 1) - Start(index);

    /// <summary>A minibatch; its tensors belong to the caller's scope.</summary>
    public Minibatch this[int index]
    {
        get
        {
            var rows = _order!.narrow(0, Start(index), RowsOf(index));
            return new Minibatch(
                _features.index_select(0, rows), _targets.index_select(0, rows), _weights?.index_select(0, rows));
        }
    }

    /// <summary>Draws a new order.</summary>
    public void Shuffle()
    {
        using var scope = NewDisposeScope();
        var order = randperm(_rows, generator: _generator).to(_device).DetachFromDisposeScope();
        _order?.Dispose();
        _order = order;
    }

    public void Dispose()
    {
        _features.Dispose();
        _targets.Dispose();
        _weights?.Dispose();
        _order?.Dispose();
    }

    private long Start(int index) => index * _rows / Count;

    private Tensor Load(float[] values, long columns)
    {
        using var scope = NewDisposeScope();
        var here = frombuffer(values, ScalarType.Float32, _rows * columns).view(_rows, columns);
        return here.to(_device).DetachFromDisposeScope();
    }
}
