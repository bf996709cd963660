using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Training.Kernels;

/// <summary>Chooses the units that a step leaves out, as a function of key, layer, row of the minibatch and unit. So
/// the choice is the same at all points of a sample step, does not depend on parts and threads, and is not
/// stored.</summary>
/// <param name="rate">Share of the units to leave out, 0 to below 1.</param>
/// <param name="key">Key of the run and the step.</param>
internal readonly struct Dropout(double rate, ulong key)
{
    private const double TwoTo24 = 1 << 24;

    private readonly float _threshold = (float)(rate * TwoTo24);

    public bool IsActive => rate > 0;

    /// <summary>Factor on the units that are kept.</summary>
    public float Scale => (float)(1 / (1 - rate));

    /// <summary>The key of a row of a hidden layer.</summary>
    public uint RowKey(int layer, long row) => (uint)(Mix(Mix(key + (ulong)layer) + (ulong)row) >> 32);

    /// <summary>Factors of units from <paramref name="unit"/>: 0 or <see cref="Scale"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Factors<V>(uint rowKey, int unit) where V : struct, IFloats<V>
    {
        // The finalizer of MurmurHash3 (Appleby 2011), applied to a counter.
        var bits = V.XorShifted(V.Counters(rowKey + (uint)unit), 16);
        bits = V.XorShifted(V.MultiplyBits(bits, 0x85ebca6b), 13);
        bits = V.XorShifted(V.MultiplyBits(bits, 0xc2b2ae35), 16);
        return V.IfLess(V.Upper24(bits), V.All(_threshold), V.All(0), V.All(Scale));
    }

    // The output function of SplitMix64 (Steele, Lea, Flood 2014) after one step.
    private static ulong Mix(ulong x)
    {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}
