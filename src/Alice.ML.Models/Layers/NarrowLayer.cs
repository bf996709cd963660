using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models.Layers;

/// <summary>
/// A layer of few outputs: a dot product each, over weights [outputs, inputs] whose rows are padded with zeros.
/// </summary>
internal sealed class NarrowLayer : DenseLayer
{
    private readonly AlignedFloats _packed;
    private readonly float[] _biases;

    public NarrowLayer(int inputs, int outputs, ReadOnlySpan<float> weights)
        : base(inputs, outputs)
    {
        InputWidth = RoundUp(inputs, Lanes);
        _packed = new AlignedFloats(checked(outputs * InputWidth));
        for (var i = 0; i < inputs; i++)
            for (var o = 0; o < outputs; o++)
                _packed.Span[o * InputWidth + i] = weights[i * outputs + o];
        _biases = weights[(inputs * outputs)..].ToArray();
    }

    public override int InputWidth { get; }

    public override int OutputWidth => Lanes;

    protected override void MultiplyDense(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ref var x = ref MemoryMarshal.GetReference(inputs);
        for (var o = 0; o < Outputs; o++)
        {
            ref var row = ref Unsafe.Add(ref _packed.First, (nint)o * InputWidth);
            outputs[o] = _biases[o] + (Vector512.IsHardwareAccelerated
                ? DenseKernels<Vector512<float>, Lanes512>.Dot(ref x, ref row, InputWidth)
                : DenseKernels<Vector<float>, LanesDefault>.Dot(ref x, ref row, InputWidth));
        }
        outputs[Outputs..].Clear();
    }

    protected override void MultiplySparse(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs)
    {
        for (var o = 0; o < Outputs; o++)
        {
            var row = _packed.Span.Slice(o * InputWidth, InputWidth);
            var sums = default(DotSums);
            for (var k = 0; k < indices.Length; k++)
            {
                ref var sum = ref sums[indices[k] % Lanes];
                sum = MathF.FusedMultiplyAdd(values[k], row[indices[k]], sum);
            }
            outputs[o] = _biases[o] + sums.Total();
        }
        outputs[Outputs..].Clear();
    }
}
