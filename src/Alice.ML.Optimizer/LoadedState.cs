using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>A state that was read and checked, but not yet applied.</summary>
internal sealed class LoadedState : IDisposable
{
    private readonly List<Action> _actions = [];
    private readonly List<IDisposable> _kept = [];

    /// <summary>Adds an action for <see cref="Apply"/>.</summary>
    public void Add(Action action) => _actions.Add(action);

    /// <summary>Takes ownership of an object that an action needs.</summary>
    public T Keep<T>(T needed) where T : IDisposable
    {
        _kept.Add(needed);
        return needed;
    }

    /// <summary>Applies the state.</summary>
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
