using static TorchSharp.torch;

namespace Alice.ML.Optimization.Update;

/// <summary>Whether all losses and gradients of a step are finite, checked on the host or on a device.</summary>
/// <param name="device">The device that checks. Null for the host.</param>
internal sealed class FiniteCheck(Device? device) : IDisposable
{
    /// <summary>The result on the device, a 0-dimensional Boolean. Null if it is checked on the host.</summary>
    public Tensor? OnDevice { get; private set; }

    /// <summary>The result on the host. Always true if it is checked on the device.</summary>
    public bool IsFinite { get; private set; } = true;

    public void AddLoss(Tensor loss)
    {
        using var detached = loss.detach();
        // A closure may return its loss on the CPU.
        using var moved = device is null || detached.device_type == device.type ? null : detached.to(device);
        Add(moved ?? detached);
    }

    public void AddGradient(Tensor gradient) => Add(gradient);

    public void Dispose() => OnDevice?.Dispose();

    private void Add(Tensor values)
    {
        if (device is null)
        {
            IsFinite = IsFinite && AliceUpdate.IsFinite(values);
            return;
        }
        var finite = AliceUpdate.IsFiniteOnDevice(values).DetachFromDisposeScope();
        if (OnDevice is null)
        {
            OnDevice = finite;
            return;
        }
        OnDevice.logical_and_(finite);
        finite.Dispose();
    }
}
