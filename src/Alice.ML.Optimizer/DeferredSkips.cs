using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>Counts skipped steps on a device, so that the host need not wait for it in each step.</summary>
internal sealed class DeferredSkips : IDisposable
{
    private readonly Tensor _skipped;
    private readonly Tensor _inARow;

    public DeferredSkips(Device device, long inARow)
    {
        _skipped = zeros(1, dtype: ScalarType.Int64, device: device).DetachFromDisposeScope();
        _inARow = tensor([inARow], device: device).DetachFromDisposeScope();
    }

    /// <summary>Adds a step that is skipped where <paramref name="finite"/>, on the device, is false.</summary>
    public void Add(Tensor finite)
    {
        using var scope = NewDisposeScope();
        var skipped = finite.logical_not().to(ScalarType.Int64);
        _skipped.Add(skipped);
        _inARow.Add(TensorMath.Integer(1)).mul_(skipped);
    }

    /// <summary>Waits for the device: steps skipped since construction, and steps skipped in a row up to now.</summary>
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
