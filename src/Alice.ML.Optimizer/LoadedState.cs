using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>What was read and checked, and has no effect yet.</summary>
internal sealed class LoadedState : IDisposable
{
    private readonly List<Action> _actions = [];
    private readonly List<IDisposable> _kept = [];

    /// <summary>Adds something to do once all is read.</summary>
    public void Add(Action action) => _actions.Add(action);

    /// <summary>Keeps what an action needs until the end.</summary>
    public T Keep<T>(T needed) where T : IDisposable
    {
        _kept.Add(needed);
        return needed;
    }

    /// <summary>Puts it all into effect.</summary>
    public void Apply()
    {
        using var noGradient = no_grad();
        foreach (var action in _actions)
            action();
    }

    public void Dispose()
    {
        foreach (var needed in _kept)
            needed.Dispose();
    }
}
