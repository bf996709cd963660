using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>Counts skipped steps on the device, so that the host does not wait in each step.</summary>
internal sealed class DeferredSkips : IDisposable
{
    private readonly Tensor _skipped;
    private readonly Tensor _inARow;

    public DeferredSkips(Device device, long inARow)
    {
        _skipped = zeros(1, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
        _inARow = tensor([inARow], device: device).DetachFromDisposeScope();
    }

    /// <summary>Counts a step as skipped if <paramref name="finite"/>, a tensor on the device, is false.</summary>
    public void Add(Tensor finite)
    {
        using var scope = NewDisposeScope();
        var skipped = finite.logical_not().to(ScalarType.Int64);
        _skipped.Add(skipped);
        _inARow.Add(TensorMath.Integer(1)).mul_(skipped);
    }

    /// <summary>Waits for the device. Returns all skipped steps, and those skipped in a row.</summary>
    public (long Skipped, long InARow) Read()
    {
        using var scope = NewDisposeScope();
        return (_skipped.cpu().item<long>(), _inARow.cpu().item<long>());
    }

    public void Dispose()
    {
        _skipped.Dispose();
        _inARow.Dispose();
    }
}
