using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models;

/// <summary>
/// A layer of many outputs. They are cut into blocks of 64, the last perhaps 32, padded with zeros; each block's
/// weights lie together, [inputs, block], so that one pass reads them in the order of the addresses. The biases follow
/// the last block.
/// </summary>
internal sealed class WideLayer : DenseLayer
{
    private const int Block = 64;
    private const int HalfBlock = Block / 2;

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
