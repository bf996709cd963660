using static TorchSharp.torch;

namespace Alice.ML.Training;

/// <summary>Rows on the device, cut into minibatches: the training rows in a new order every epoch, or others in their order.</summary>
internal sealed class BatchSource : IDisposable
{
    private readonly IFeatureSource _features;
    private readonly Tensor _targets;
    private readonly Tensor? _weights;
    private readonly Device _device;
    private readonly Tensor _numbers;
    private readonly long _rows;
    private Tensor _order;

    /// <param name="rows">The rows, labels being targets by now; not owned.</param>
    /// <param name="batchSize">Rows a minibatch, at most.</param>
    /// <param name="device">Where minibatches are wanted.</param>
    public BatchSource(RowSet rows, int batchSize, Device device)
    {
        var data = rows.Data;
        _features = rows.Features;
        _device = device;
        _rows = rows.Count;
        Count = (int)((_rows + batchSize - 1) / batchSize);
        using var scope = NewDisposeScope();
        _targets = Load(data.LabelArray, data);
        if (data.WeightArray is { } weights)
        {
            var here = Load(weights, data);
            _weights = here.div(here.narrow(0, data.Start, data.Rows).mean()).DetachFromDisposeScope();
            here.Dispose();
        }
        _numbers = tensor(rows.Numbers ?? [.. Enumerable.Range(data.Start, data.Rows).Select(row => (long)row)]).DetachFromDisposeScope();
        _order = _numbers.alias().DetachFromDisposeScope();
    }

    /// <summary>Minibatches an epoch. Their sizes differ by one row at most, so that no small rest is noisy.</summary>
    public int Count { get; }

    /// <summary>A minibatch; its tensors belong to the caller's scope.</summary>
    public Minibatch this[int index] => Part(index, 0, 1);

    /// <summary>Part <paramref name="part"/> of <paramref name="parts"/> of a minibatch.</summary>
    public Minibatch Part(int index, int part, int parts)
    {
        var start = Start(index, Count, _rows);
        var size = Start(index + 1, Count, _rows) - start;
        var from = start + Start(part, parts, size);
        var rows = _order.narrow(0, from, start + Start(part + 1, parts, size) - from);
        var here = rows.to(_device);
        var (features, firstLayer) = _features.Select(_features.IndexDevice.type == _device.type ? here : rows.cpu());
        return new Minibatch(
            features, RowGather.Select(_targets, here), _weights is null ? null : RowGather.Select(_weights, here), size, FirstLayer: firstLayer);
    }

    /// <summary>Draws a new order from a generator of the CPU, so that every device sees the same one.</summary>
    public void Shuffle(Generator generator)
    {
        using var scope = NewDisposeScope();
        var order = _numbers.index_select(0, randperm(_rows, generator: generator));
        // Where the features are on the GPU the order belongs there too: then a step transfers nothing.
        order = order.to(_features.IndexDevice).DetachFromDisposeScope();
        _order.Dispose();
        _order = order;
    }

    public void Dispose()
    {
        _targets.Dispose();
        _weights?.Dispose();
        _order.Dispose();
        _numbers.Dispose();
    }

    private static long Start(long index, long count, long rows) => index * rows / count;

    // From the table's first row on, so that one row number serves features, targets and weights.
    private Tensor Load(float[] values, TrainingData data) =>
        frombuffer(values, ScalarType.Float32, data.Start + data.Rows).view(-1, 1).to(_device).clone().DetachFromDisposeScope();
}
