using static TorchSharp.torch;

namespace Alice.ML.Optimization.Update;

/// <summary>Whether the losses and gradients of one step are all finite; on the host, or left on the device.</summary>
internal sealed class FiniteCheck(bool deferred) : IDisposable
{
    /// <summary>The verdict where it is left on the device (0-dimensional Boolean); else null.</summary>
    public Tensor? OnDevice { get; private set; }

    /// <summary>
    /// False once a value that is not finite was seen; stays true where the verdict is left on the device.
    /// </summary>
    public bool IsFinite { get; private set; } = true;

    public void AddLoss(Tensor loss)
    {
        using var detached = loss.detach();
        if (deferred)
            AddOnDevice(detached);
        else
            IsFinite = IsFinite && AliceUpdate.IsFinite(detached);
    }

    public void AddGradient(Tensor gradient)
    {
        if (deferred)
            AddOnDevice(gradient);
        else
            IsFinite = IsFinite && AliceUpdate.IsFinite(gradient);
    }

    public void Dispose() => OnDevice?.Dispose();

    private void AddOnDevice(Tensor values)
    {
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
