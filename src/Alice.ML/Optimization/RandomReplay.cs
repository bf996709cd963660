using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>
/// Makes several evaluations see the same random draws (dropout masks). The CPU's default generator goes back to
/// where it was, so that afterwards it has advanced as by one evaluation. TorchSharp cannot read the default
/// generators of CUDA devices; there each evaluation starts from one seed.
/// </summary>
internal sealed class RandomReplay : IDisposable
{
    private readonly Generator _generator = Generator.Default;
    private readonly Tensor _state;
    private readonly long? _cudaSeed;

    /// <param name="cudaSeed">The seed for CUDA devices; null if none is in use.</param>
    public RandomReplay(long? cudaSeed)
    {
        _state = _generator.get_state();
        _cudaSeed = cudaSeed;
        SeedCuda();
    }

    /// <summary>Goes back to the draws since construction.</summary>
    public void Rewind()
    {
        _generator.set_state(_state);
        SeedCuda();
    }

    public void Dispose()
    {
        _state.Dispose();
        _generator.Dispose();
    }

    private void SeedCuda()
    {
        if (_cudaSeed is { } seed)
            cuda.manual_seed_all(seed);
    }
}
