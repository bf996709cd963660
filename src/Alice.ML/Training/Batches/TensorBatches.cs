using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Training.Batches;

/// <summary>Minibatches as tensors on a device.</summary>
internal sealed class TensorBatches : BatchSource
{
    private readonly IFeatureSource _features;
    private readonly Tensor _targets;
    private readonly Tensor? _weights;
    private readonly Device _device;
    private readonly FileFeatures? _file;

    // On a GPU. Null: the features are on the CPU.
    private Tensor? _order;

    /// <param name="rows">The rows, with targets as labels. Not owned.</param>
    /// <param name="batchSize">Maximum number of rows of a minibatch.</param>
    /// <param name="device">Device of the minibatches.</param>
    public TensorBatches(RowSet rows, int batchSize, Device device) : base(rows, batchSize)
    {
        var data = rows.Data;
        (_features, _device, _file) = (rows.Features, device, data.Features as FileFeatures);
        using var scope = NewDisposeScope();
        _targets = Load(data.LabelArray, data.LabelCount);
        if (data.WeightArray is { } weights)
            _weights = Load([.. weights.Select(weight => (float)(weight * WeightScale))], 1);
        _order = OrderOnDevice();

        // Starts at the first row of the table, so that the same row numbers index features, targets and weights.
        Tensor Load(float[] values, int width) => frombuffer(
            values, ScalarType.Float32, (data.Start + data.Rows) * width).view(-1, width)
            .to(device).DetachFromDisposeScope();
    }

    public override void Shuffle(ulong key)
    {
        base.Shuffle(key);
        _order?.Dispose();
        _order = OrderOnDevice();
    }

    public override TensorReader Open(InputEncoding inputs, int parts) => new(this, inputs, parts, _device);

    /// <summary>Opens a reader for rows in a file. Null for rows in memory.</summary>
    public WindowReader? OpenWindow() => _file is null ? null : new WindowReader(_file, Blocks!);

    /// <summary>Part <paramref name="part"/> of <paramref name="parts"/> of a minibatch. The caller's scope owns the
    /// tensors.</summary>
    public Minibatch Part(int index, int part, int parts)
    {
        var (start, size) = Range(index);
        var from = Start(part, parts, size);
        var (first, count) = (start + from, Start(part + 1, parts, size) - from);
        var rows = _order?.narrow(0, first, count)
            ?? tensor(Order.Slice(first, count).ToArray()).to(ScalarType.Int64);
        var here = rows.to(_device);
        var features = _features.Select(_features.IndexDevice.type == _device.type ? here : rows.cpu());
        return Minibatch(features, here, size);
    }

    /// <summary>Part <paramref name="part"/> of <paramref name="parts"/> of a minibatch of rows in a file.</summary>
    /// <param name="part">Index of the part.</param>
    /// <param name="parts">Number of parts.</param>
    /// <param name="numbers">Row numbers of the minibatch, int64, on the CPU.</param>
    /// <param name="features">Features of the minibatch, on the CPU.</param>
    public Minibatch Part(int part, int parts, Tensor numbers, Tensor features)
    {
        var size = (int)numbers.shape[0];
        var from = Start(part, parts, size);
        var rows = Start(part + 1, parts, size) - from;
        return Minibatch(features.narrow(0, from, rows).to(_device), numbers.narrow(0, from, rows).to(_device), size);
    }

    private Minibatch Minibatch(Tensor features, Tensor rows, int size) => new(
        features, RowGather.Select(_targets, rows), _weights is null ? null : RowGather.Select(_weights, rows), size);

    public override void Dispose()
    {
        _targets.Dispose();
        _weights?.Dispose();
        _order?.Dispose();
    }

    // If the features are on the GPU, the order is there too, so that a step transfers nothing.
    private Tensor? OrderOnDevice()
    {
        if (_features.IndexDevice.type == DeviceType.CPU)
            return null;
        using var scope = NewDisposeScope();
        return tensor(Order.ToArray()).to(ScalarType.Int64).to(_features.IndexDevice).DetachFromDisposeScope();
    }
}

/// <summary>Reads minibatches as tensors. Owns them.</summary>
internal sealed class TensorReader(TensorBatches source, InputEncoding inputs, int parts, Device device) : BatchReader
{
    private readonly DeviceEncoding? _encoding = inputs.OnDevice(device);
    private readonly Minibatch[] _parts = new Minibatch[parts];
    private Minibatch[]? _stackParts;
    private readonly WindowReader? _window = source.OpenWindow();
    private bool _hasRead;

    /// <summary>The parts of the minibatch.</summary>
    public IReadOnlyList<Minibatch> Parts => _parts;

    /// <summary>The parts with an additional column of ones, as stacks need them.</summary>
    public IReadOnlyList<Minibatch> StackParts => _stackParts ??= [.. _parts.Select(WithOnes)];

    public override void Read(int index)
    {
        Free();
        using var scope = NewDisposeScope();
        var (numbers, features) = _window is null ? default : ReadWindow(_window, source.Range(index));
        for (var part = 0; part < parts; part++)
        {
            var batch = _window is null ? source.Part(index, part, parts)
                : source.Part(part, parts, numbers, features);
            if (_encoding is not null)
                batch = batch with { Features = _encoding.Encode(batch.Features) };
            batch.Features.DetachFromDisposeScope();
            batch.Targets.DetachFromDisposeScope();
            batch.Weights?.DetachFromDisposeScope();
            _parts[part] = batch;
        }
        _hasRead = true;
    }

    public override void Dispose()
    {
        Free();
        _encoding?.Dispose();
    }

    private static Minibatch WithOnes(Minibatch part)
    {
        using var scope = NewDisposeScope();
        var ones = ones_like(part.Targets.narrow(1, 0, 1));
        return part with { Features = cat([part.Features, ones], 1).DetachFromDisposeScope() };
    }

    private static unsafe (Tensor Numbers, Tensor Features) ReadWindow(WindowReader window, (int From, int Count) rows)
    {
        var numbers = empty(rows.Count, ScalarType.Int32);
        var features = empty(rows.Count, window.Columns);
        window.Read(rows.From, rows.Count, VectorLoop.Pointer<int>(numbers, rows.Count),
            VectorLoop.Pointer<float>(features, features.numel()));
        return (numbers.to(ScalarType.Int64), features);
    }

    private void Free()
    {
        if (!_hasRead)
            return;
        foreach (var part in _stackParts ?? [])
            part.Features.Dispose();
        _stackParts = null;
        foreach (var part in _parts)
        {
            part.Features.Dispose();
            part.Targets.Dispose();
            part.Weights?.Dispose();
        }
        _hasRead = false;
    }
}
