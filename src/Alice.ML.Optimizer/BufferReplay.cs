using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>The buffers of a module (running statistics of batch normalization) at the start of a step.</summary>
internal sealed class BufferReplay : IDisposable
{
    private readonly List<(Tensor Buffer, Tensor Values)> _buffers = [];

    /// <param name="module">The module, or null if unknown.</param>
    public BufferReplay(nn.Module? module)
    {
        using var noGradient = no_grad();
        foreach (var buffer in module?.buffers() ?? [])
            _buffers.Add((buffer, buffer.clone().DetachFromDisposeScope()));
    }

    /// <summary>Restores the buffers.</summary>
    public void Rewind()
    {
        using var noGradient = no_grad();
        foreach (var (buffer, values) in _buffers)
            buffer.copy_(values);
    }

    public void Dispose()
    {
        foreach (var (_, values) in _buffers)
            values.Dispose();
    }
}
