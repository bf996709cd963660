using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>What a module's buffers (running statistics of batch normalization) hold at the start of a step.</summary>
internal sealed class BufferReplay : IDisposable
{
    private readonly List<(Tensor Buffer, Tensor Values)> _buffers = [];

    /// <param name="module">The module; null if it is not known.</param>
    public BufferReplay(nn.Module? module)
    {
        using var noGradient = no_grad();
        foreach (var buffer in module?.buffers() ?? [])
            _buffers.Add((buffer, buffer.clone().DetachFromDisposeScope()));
    }

    /// <summary>Puts the buffers back.</summary>
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
