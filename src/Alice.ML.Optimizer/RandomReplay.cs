using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>Gives several evaluations the same random draws (dropout masks) by restoring the state of the CPU's default
/// generator. In the end, the generator has advanced as if by one evaluation. TorchSharp cannot read the default
/// generators of CUDA devices, so evaluations there start from the same seed.</summary>
/// <remarks>The default generator belongs to the process, so evaluations that draw from it must run one at a
/// time.</remarks>
internal sealed class RandomReplay : IDisposable
{
    private static readonly Lock Turn = new();

    private readonly Generator _generator = Generator.Default;
    private readonly Tensor _state;
    private readonly long? _cudaSeed;
    private bool _hasTurn;

    /// <param name="cudaSeed">The seed for CUDA devices. Null if none is used.</param>
    /// <param name="takesTurn">Whether the evaluations may draw. If so, the constructor waits for those of other
    /// threads.</param>
    public RandomReplay(long? cudaSeed, bool takesTurn = true)
    {
        if (takesTurn || cudaSeed is not null)
            TakeTurn();
        _state = _generator.get_state();
        _cudaSeed = cudaSeed;
        SeedCuda();
    }

    /// <summary>Whether there were draws on the CPU since construction or the last <see cref="Rewind"/>.</summary>
    public bool HasDrawn
    {
        get
        {
            using var state = _generator.get_state();
            return !state.bytes.SequenceEqual(_state.bytes);
        }
    }

    /// <summary>Waits for the evaluations of other threads. The scope must be disposed on the same thread.</summary>
    public static Lock.Scope WaitForTurn() => Turn.EnterScope();

    /// <summary>Restores the generator to its state at construction.</summary>
    public void Rewind()
    {
        // If nothing was drawn, the generator must not be touched: another thread may be using it.
        if (HasDrawn)
        {
            TakeTurn();
            _generator.set_state(_state);
        }
        SeedCuda();
    }

    public void Dispose()
    {
        _state.Dispose();
        _generator.Dispose();
        if (_hasTurn)
            Turn.Exit();
        _hasTurn = false;
    }

    private void TakeTurn()
    {
        if (!_hasTurn)
            Turn.Enter();
        _hasTurn = true;
    }

    private void SeedCuda()
    {
        if (_cudaSeed is { } seed)
            cuda.manual_seed_all(seed);
    }
}
