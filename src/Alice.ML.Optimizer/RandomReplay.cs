using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>
/// Makes several evaluations see the same random draws (dropout masks). The CPU's default generator goes back to
/// where it was, so that afterwards it has advanced as by one evaluation. TorchSharp cannot read the default
/// generators of CUDA devices; there each evaluation starts from one seed.
/// </summary>
/// <remarks>The default generator belongs to the process. Evaluations that draw from it take turns, one thread at a
/// time; others need not.
/// </remarks>
internal sealed class RandomReplay : IDisposable
{
    private static readonly Lock Turn = new();

    private readonly Generator _generator = Generator.Default;
    private readonly Tensor _state;
    private readonly long? _cudaSeed;
    private bool _hasTurn;

    /// <param name="cudaSeed">The seed for CUDA devices; null if none is in use.</param>
    /// <param name="takesTurn">Whether the evaluations are likely to draw: then it waits for those of other
    /// threads.</param>
    public RandomReplay(long? cudaSeed, bool takesTurn = true)
    {
        if (takesTurn || cudaSeed is not null)
            TakeTurn();
        _state = _generator.get_state();
        _cudaSeed = cudaSeed;
        SeedCuda();
    }

    /// <summary>Whether anything was drawn on the CPU since construction or since the draws were rewound.</summary>
    public bool HasDrawn
    {
        get
        {
            using var state = _generator.get_state();
            return !state.bytes.SequenceEqual(_state.bytes);
        }
    }

    /// <summary>Takes the turn for evaluations that need no replay; to be disposed on the same thread.</summary>
    public static Lock.Scope WaitForTurn() => Turn.EnterScope();

    /// <summary>Goes back to the draws since construction.</summary>
    public void Rewind()
    {
        // Where nothing was drawn, the generator is left alone: another thread may be at it.
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
