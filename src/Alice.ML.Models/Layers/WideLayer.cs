using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Alice.ML.Models.Layers;

/// <summary>
/// A layer of many outputs. They are cut into blocks of 64, the last perhaps 32, padded with zeros; each block's
/// weights lie together, [inputs, block], so that one pass reads them in the order of the addresses. The biases follow
/// the last block.
/// </summary>
internal sealed class WideLayer : DenseLayer
{
    private const int Block = 64;
    private const int HalfBlock = Block / 2;

    // Lists of inputs are on the stack.
    private const int MostListed = 1024;

    private readonly AlignedFloats _packed;
    private readonly int _biases;

    public WideLayer(int inputs, int outputs, ReadOnlySpan<float> weights)
        : base(inputs, outputs)
    {
        OutputWidth = RoundUp(outputs, HalfBlock);
        _biases = checked(inputs * OutputWidth);
        _packed = new AlignedFloats(checked(_biases + OutputWidth));

        var packed = _packed.Span;
        for (var o = 0; o < outputs; o += Block)
            for (var i = 0; i < inputs; i++)
                weights.Slice(i * outputs + o, Math.Min(Block, outputs - o))
                    .CopyTo(packed[(o * inputs + i * Width(o))..]);
        weights[(inputs * outputs)..].CopyTo(packed[_biases..]);
    }

    public override int InputWidth => Inputs;

    public override int OutputWidth { get; }

    // Units that ReLU puts to zero, often half of them, add nothing: their weights need not come from the cache.
    [SkipLocalsInit]
    public override void MultiplyActivated(Activation activation, Span<float> sums, Span<float> outputs)
    {
        if (activation != Activation.ReLU || sums.Length > MostListed)
        {
            base.MultiplyActivated(activation, sums, outputs);
            return;
        }
        sums[Inputs..].Clear(); // padding is NaN where an input before was infinite
        Span<int> even = stackalloc int[MostListed], odd = stackalloc int[MostListed];
        var (evens, odds) = ListActive(sums[..RoundUp(Inputs, Lanes)], even, odd);
        ref var weights = ref _packed.First;
        ref var x = ref MemoryMarshal.GetReference(sums);
        ref var y = ref MemoryMarshal.GetReference(outputs[..OutputWidth]);
        for (var o = 0; o < OutputWidth; o += Block)
        {
            ref var block = ref Unsafe.Add(ref weights, (nint)o * Inputs);
            ref var biases = ref Unsafe.Add(ref weights, _biases + o);
            if (Vector512.IsHardwareAccelerated)
                DenseKernels<Vector512<float>, Lanes512>.WideActive(
                    ref x, even[..evens], odd[..odds], ref block, ref biases, Width(o), ref Unsafe.Add(ref y, o));
            else
                DenseKernels<Vector<float>, LanesDefault>.WideActive(
                    ref x, even[..evens], odd[..odds], ref block, ref biases, Width(o), ref Unsafe.Add(ref y, o));
        }
    }

    /// <summary>Lists the inputs that ReLU leaves above zero, or NaN: even ones and odd ones, ascending.</summary>
    /// <param name="sums">A whole number of vectors of 16.</param>
    /// <param name="even">As many places.</param>
    /// <param name="odd">As many places.</param>
    /// <returns>How many there are of each.</returns>
    private static (int Even, int Odd) ListActive(ReadOnlySpan<float> sums, Span<int> even, Span<int> odd)
    {
        const uint EvenBits = 0x5555;
        int evens = 0, odds = 0;
        if (!Avx512F.IsSupported)
        {
            // Without branches, which nothing could predict.
            for (var i = 0; i + 1 < sums.Length; i += 2)
            {
                even[evens] = i;
                evens += sums[i] <= 0 ? 0 : 1;
                odd[odds] = i + 1;
                odds += sums[i + 1] <= 0 ? 0 : 1;
            }
            return (evens, odds);
        }
        ref var x = ref MemoryMarshal.GetReference(sums);
        ref var first = ref MemoryMarshal.GetReference(even);
        ref var second = ref MemoryMarshal.GetReference(odd);
        var evenLanes = (Vector512<int>.Indices & Vector512<int>.One) - Vector512<int>.One;
        var places = Vector512<int>.Indices;
        for (nint i = 0; i < sums.Length; i += Lanes)
        {
            var active = ~Vector512.LessThanOrEqual(Vector512.LoadUnsafe(ref x, (nuint)i), Vector512<float>.Zero)
                .AsInt32();
            var bits = (uint)active.ExtractMostSignificantBits();
            Avx512F.Compress(places, active & evenLanes, places).StoreUnsafe(ref first, (nuint)evens);
            Avx512F.Compress(places, Vector512.AndNot(active, evenLanes), places).StoreUnsafe(ref second, (nuint)odds);
            evens += BitOperations.PopCount(bits & EvenBits);
            odds += BitOperations.PopCount(bits & ~EvenBits);
            places += Vector512.Create(Lanes);
        }
        return (evens, odds);
    }

    protected override void MultiplyDense(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ref var weights = ref _packed.First;
        ref var x = ref MemoryMarshal.GetReference(inputs);
        ref var y = ref MemoryMarshal.GetReference(outputs);
        for (var o = 0; o < OutputWidth; o += Block)
        {
            ref var block = ref Unsafe.Add(ref weights, (nint)o * Inputs);
            ref var biases = ref Unsafe.Add(ref weights, _biases + o);
            if (Vector512.IsHardwareAccelerated)
                DenseKernels<Vector512<float>, Lanes512>.Wide(
                    ref x, Inputs, ref block, ref biases, Width(o), ref Unsafe.Add(ref y, o));
            else
                DenseKernels<Vector<float>, LanesDefault>.Wide(
                    ref x, Inputs, ref block, ref biases, Width(o), ref Unsafe.Add(ref y, o));
        }
    }

    protected override void MultiplySparse(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs)
    {
        ref var weights = ref _packed.First;
        ref var y = ref MemoryMarshal.GetReference(outputs);
        for (var o = 0; o < OutputWidth; o += Block)
        {
            ref var block = ref Unsafe.Add(ref weights, (nint)o * Inputs);
            ref var biases = ref Unsafe.Add(ref weights, _biases + o);
            if (Vector512.IsHardwareAccelerated)
                DenseKernels<Vector512<float>, Lanes512>.WideSparse(
                    values, indices, ref block, ref biases, Width(o), ref Unsafe.Add(ref y, o));
            else
                DenseKernels<Vector<float>, LanesDefault>.WideSparse(
                    values, indices, ref block, ref biases, Width(o), ref Unsafe.Add(ref y, o));
        }
    }

    /// <summary>The width of the block that begins at an output.</summary>
    private int Width(int output) => Math.Min(Block, OutputWidth - output);
}
