using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>Random numbers of a stack. On a device they are factor · word + summand modulo 2³², for fixed random words
/// and a factor and a summand of each network and step: any two of them are independent (Dietzfelbinger et al. 1997, A
/// Reliable Randomized Algorithm for the Closest-Pair Problem), and they cost one operation. TorchSharp has generators
/// of the CPU only. On the CPU directions are those of the vector kernels.
/// </summary>
/// <param name="dropouts">Dropout of each network; null where none has any.</param>
/// <param name="units">Hidden units.</param>
/// <param name="memory">The weights of the stack, [networks, parameters]: how many there are, their type and device.
/// </param>
/// <param name="key">Decides the words.</param>
/// <param name="drawsOnDevice">Whether directions are drawn as on a device.</param>
internal sealed unsafe class StackRandom(
    Tensor memory, double[]? dropouts, long units, ulong key, bool drawsOnDevice)
    : IDisposable
{
    private readonly int _networks = (int)memory.shape[0];
    private readonly long _parameters = memory.shape[1];

    private readonly Tensor? _thresholds = dropouts is null ? null
        : OnDevice(tensor([.. dropouts.Select(Threshold)], dropouts.Length, 1), memory.device);

    private readonly Tensor? _scales = dropouts is null ? null : OnDevice(
        tensor([.. dropouts.Select(dropout => 1 / (1 - dropout))], dropouts.Length, 1).to(memory.dtype), memory.device);

    private Tensor? _words;

    /// <summary>Dropout of each network; null where none has any.</summary>
    public double[]? Dropouts => dropouts;

    /// <summary>Whether a step needs keys on the device.</summary>
    public bool NeedsKeys(bool isSample) => dropouts is not null || isSample && drawsOnDevice;

    /// <summary>σ·r, [networks, parameters], for directions r = ±1. It belongs to the caller's scope.</summary>
    public Tensor Directions(ReadOnlySpan<StackStep?> steps, StackConstants constants)
    {
        if (drawsOnDevice)
        {
            using var drawn = Draw(_parameters, constants.Keys[0], constants.Keys[1]);
            return constants.Radius.copysign(drawn);
        }
        var signs = zeros_like(memory);
        for (var n = 0; n < _networks; n++)
            if (steps[n] is { } step)
            {
                using var row = signs.select(0, n);
                AliceDirections.Fill(row, step.Key);
            }
        return signs.mul_(constants.Radius);
    }

    /// <summary>What hidden units are multiplied by, [networks, rows, units]: 0, or one over the share kept. Null
    /// without dropout. It belongs to the caller's scope.</summary>
    public Tensor? Masks(long rows, StackConstants constants)
    {
        if (_thresholds is null)
            return null;
        using var drawn = Draw(rows * units, constants);
        using var isKept = drawn.le(_thresholds);
        return isKept.mul(_scales!).view(_networks, rows, units);
    }

    /// <summary>32-bit numbers for dropout, [networks, count]. They belong to the caller's scope.</summary>
    public Tensor Draw(long count, StackConstants constants) => Draw(count, constants.Keys[2], constants.Keys[3]);

    public void Dispose()
    {
        _words?.Dispose();
        _thresholds?.Dispose();
        _scales?.Dispose();
    }

    private Tensor Draw(long count, Tensor factor, Tensor summand)
    {
        if (_words is null || _words.shape[0] < count)
        {
            _words?.Dispose();
            _words = Words(Math.Max(count, _parameters));
        }
        using var words = _words.narrow(0, 0, count);
        return summand.PlusProduct(words, factor);
    }

    private Tensor Words(long count)
    {
        using var words = empty([count], ScalarType.Int32);
        var values = VectorLoop.Pointer<int>(words, count);
        for (long i = 0; i < count; i++)
            values[i] = (int)(AliceDirections.Key(key, i) >> 32);
        return OnDevice(words, memory.device);
    }

    /// <summary>The largest of 2³² numbers from −2³¹ on that keeps a unit.</summary>
    private static int Threshold(double dropout) => (int)Math.Floor((1 - dropout) * 4294967296.0 - 2147483649.0);

    private static Tensor OnDevice(Tensor values, Device device) => values.to(device, copy: true)
        .DetachFromDisposeScope();
}
