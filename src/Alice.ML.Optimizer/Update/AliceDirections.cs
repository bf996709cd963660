using System.Numerics;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Update;

/// <summary>Independent random signs ±1 (Rademacher) as a function of a 64-bit key, so only the key must be
/// saved.</summary>
internal static unsafe class AliceDirections
{
    private const int BitsPerWord = 64;

    // Constants of SplitMix64 (Steele, Lea, Flood 2014).
    private const ulong Increment = 0x9e3779b97f4a7c15;
    private const ulong FirstFactor = 0xbf58476d1ce4e5b9;
    private const ulong SecondFactor = 0x94d049bb133111eb;

    /// <summary>Fills a contiguous tensor with signs. The key is drawn from <paramref name="generator"/>.</summary>
    public static void Fill(Tensor destination, Generator generator) => Fill(destination, Key(generator));

    /// <summary>Fills a contiguous tensor with the signs of <paramref name="key"/>. They are the same on every device
    /// and for every dtype.</summary>
    public static void Fill(Tensor destination, ulong key)
    {
        if (destination.device_type != DeviceType.CPU)
        {
            FillOnDevice(destination, key);
            return;
        }
        var count = destination.numel();
        if (destination.dtype == ScalarType.Float32)
            Fill<float, uint>(VectorLoop.Pointer<float>(destination, count), count, key);
        else
            Fill<double, ulong>(VectorLoop.Pointer<double>(destination, count), count, key);
    }

    /// <summary>Fills an array in memory.</summary>
    public static void Fill(float* destination, long count, ulong key) => Fill<float, uint>(destination, count, key);

    /// <summary>Fills a tensor with tensor operations, on its device.</summary>
    internal static void FillOnDevice(Tensor destination, ulong key)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var count = destination.numel();
        var device = destination.device;
        var counters = Range((count + BitsPerWord - 1) / BitsPerWord, unchecked(BitsPerWord * Increment), device);
        var words = Mix(counters.Plus(TensorMath.Integer(unchecked((long)key))));
        var bits = words.unsqueeze(1)
            .bitwise_right_shift(Range(BitsPerWord, 1, device)).bitwise_and(TensorMath.Integer(1));
        var signs = TensorMath.Integer(1) - bits.Plus(bits);
        destination.copy_(signs.view(-1).narrow(0, 0, count).view(destination.shape));
    }

    /// <summary>Draws a key from a generator.</summary>
    public static ulong Key(Generator generator)
    {
        using var drawn = randint(
            0, long.MaxValue, new long[] { 1 }, ScalarType.Int64, generator.device, generator: generator);
        return Mix((ulong)drawn.item<long>());
    }

    /// <summary>A key for <paramref name="index"/>, derived from <paramref name="key"/>. Different indices have
    /// different keys.</summary>
    public static ulong Key(ulong key, long index) => Mix(key ^ Mix((ulong)index + 1));

    // One hashed counter gives the signs of 64 elements. A lane is −1 if its bit is set.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<T, TBits>(T* destination, long count, ulong key)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        var lanes = stackalloc TBits[Vector<TBits>.Count];
        for (var k = 0; k < Vector<TBits>.Count; k++)
            lanes[k] = TBits.One << k;
        var lane = Vector.Load(lanes);

        var end = count / BitsPerWord * BitsPerWord;
        for (var i = 0L; i < end; i += BitsPerWord)
            Expand(Word(key, i), lane, destination + i);
        if (end == count)
            return;
        var last = stackalloc T[BitsPerWord];
        Expand(Word(key, end), lane, last);
        new ReadOnlySpan<T>(last, (int)(count - end)).CopyTo(new Span<T>(destination + end, (int)(count - end)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Expand<T, TBits>(ulong word, Vector<TBits> lane, T* destination)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TBits : unmanaged, IBinaryInteger<TBits>
    {
        for (var i = 0; i < BitsPerWord; i += Vector<T>.Count, word >>= Vector<T>.Count)
        {
            var bits = new Vector<TBits>(TBits.CreateTruncating(word)) & lane;
            var isClear = Vector.As<TBits, T>(Vector.Equals(bits, Vector<TBits>.Zero));
            Vector.ConditionalSelect(isClear, Vector<T>.One, -Vector<T>.One).Store(destination + i);
        }
    }

    private static ulong Word(ulong key, long counter) => Mix(key + Increment * (ulong)counter);

    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * FirstFactor;
        x = (x ^ (x >> 27)) * SecondFactor;
        return x ^ (x >> 31);
    }

    private static Tensor Mix(Tensor x)
    {
        x = ExclusiveOrShifted(x, 30) * TensorMath.Integer(unchecked((long)FirstFactor));
        x = ExclusiveOrShifted(x, 27) * TensorMath.Integer(unchecked((long)SecondFactor));
        return ExclusiveOrShifted(x, 31);
    }

    // Torch's integers are signed, so a shift copies the sign. The mask removes it.
    private static Tensor ExclusiveOrShifted(Tensor x, int shift)
    {
        var mask = TensorMath.Integer((1L << (64 - shift)) - 1);
        return x.bitwise_xor(x.bitwise_right_shift(TensorMath.Integer(shift)).bitwise_and(mask));
    }

    private static Tensor Range(long count, ulong increment, Device device) =>
        ones(count, dtype: ScalarType.Int64, device: device).cumsum(0)
            .sub(TensorMath.Integer(1)).mul(TensorMath.Integer(unchecked((long)increment)));
}
