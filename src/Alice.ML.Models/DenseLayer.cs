using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Alice.ML.Models;

/// <summary>
/// One layer's y = x W + b, packed for the kernels. Wide layers keep W input-major, rows padded with zeros to whole blocks;
/// layers of at most <see cref="NarrowOutputs"/> outputs keep it output-major and take dot products.
/// </summary>
/// <remarks>
/// The order of the additions is fixed: per output, inputs with an even index go into one sum and those with an odd index into
/// another (narrow layers: 16 sums, by the index modulo 16). So neither the vector width nor leaving out zeros changes a
/// score; only the sign of a zero may differ, and <see cref="DenseNetwork"/> removes that at the end.
/// </remarks>
internal sealed class DenseLayer
{
    /// <summary>Widths are padded to a multiple of this.</summary>
    public const int Lanes = 16;
    private const int NarrowOutputs = 4;
    private const int Block = 2 * Lanes;
    private const int CacheLine = 64;

    private readonly float[] _packed;
    private readonly int _start;
    private readonly int _biases;
    private readonly int _rowLength;
    private readonly int _inputs;
    private readonly int _outputs;

    /// <summary>Packs a row-major [inputs + 1, outputs] matrix whose last row is the bias.</summary>
    public DenseLayer(int inputs, int outputs, ReadOnlySpan<float> weights)
    {
        (_inputs, _outputs) = (inputs, outputs);
        IsNarrow = outputs <= NarrowOutputs;
        _rowLength = IsNarrow ? RoundUp(inputs, Lanes) : RoundUp(outputs, Block);
        _biases = checked(_rowLength * (IsNarrow ? outputs : inputs));
        OutputWidth = IsNarrow ? Lanes : _rowLength;

        // Pinned, so that the alignment lasts: a vector that straddles two cache lines costs two loads.
        _packed = GC.AllocateArray<float>(checked(_biases + OutputWidth + CacheLine / sizeof(float)), pinned: true);
        unsafe
        {
            var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_packed));
            _start = (int)((CacheLine - address % CacheLine) % CacheLine / sizeof(float));
        }

        var packed = _packed.AsSpan(_start);
        for (var i = 0; i < inputs; i++)
        {
            var row = weights.Slice(i * outputs, outputs);
            if (!IsNarrow)
                row.CopyTo(packed[(i * _rowLength)..]);
            else
                for (var o = 0; o < outputs; o++)
                    packed[o * _rowLength + i] = row[o];
        }
        weights.Slice(inputs * outputs, outputs).CopyTo(packed[_biases..]);
    }

    /// <summary>Whether inputs have to be padded with zeros to <see cref="InputWidth"/>.</summary>
    public bool IsNarrow { get; }

    public int InputWidth => IsNarrow ? _rowLength : _inputs;

    /// <summary>How many values are written: the outputs, then zeros.</summary>
    public int OutputWidth { get; }

    /// <summary>Outputs from inputs that are all given, padded to <see cref="InputWidth"/>.</summary>
    public void Multiply(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs.Length, InputWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs.Length, OutputWidth);
        ref var x = ref MemoryMarshal.GetReference(inputs);
        ref var y = ref MemoryMarshal.GetReference(outputs);
        if (!IsNarrow)
        {
            if (Vector512.IsHardwareAccelerated)
                DenseKernels<Vector512<float>, Lanes512>.Wide(ref x, _inputs, ref Weights, ref Biases, _rowLength, ref y);
            else
                DenseKernels<Vector<float>, LanesDefault>.Wide(ref x, _inputs, ref Weights, ref Biases, _rowLength, ref y);
            return;
        }
        outputs[_outputs..OutputWidth].Clear();
        for (var o = 0; o < _outputs; o++)
        {
            ref var column = ref Unsafe.Add(ref Weights, o * _rowLength);
            outputs[o] = Unsafe.Add(ref Biases, o) + (Vector512.IsHardwareAccelerated
                ? DenseKernels<Vector512<float>, Lanes512>.Dot(ref x, ref column, _rowLength)
                : DenseKernels<Vector<float>, LanesDefault>.Dot(ref x, ref column, _rowLength));
        }
    }

    /// <summary>Outputs from the inputs that are not zero; indices ascend and are less than the number of inputs.</summary>
    public void Multiply(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs.Length, OutputWidth);
        if (indices.Length > 0)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)indices[^1], (uint)_inputs);
        ref var y = ref MemoryMarshal.GetReference(outputs);
        if (!IsNarrow)
        {
            if (Vector512.IsHardwareAccelerated)
                DenseKernels<Vector512<float>, Lanes512>.WideSparse(values, indices, ref Weights, ref Biases, _rowLength, ref y);
            else
                DenseKernels<Vector<float>, LanesDefault>.WideSparse(values, indices, ref Weights, ref Biases, _rowLength, ref y);
            return;
        }
        outputs[_outputs..OutputWidth].Clear();
        for (var o = 0; o < _outputs; o++)
        {
            ref var column = ref Unsafe.Add(ref Weights, o * _rowLength);
            var sums = default(DotSums);
            for (var k = 0; k < indices.Length; k++)
            {
                ref var sum = ref sums[indices[k] % Lanes];
                sum = MathF.FusedMultiplyAdd(values[k], Unsafe.Add(ref column, indices[k]), sum);
            }
            outputs[o] = Unsafe.Add(ref Biases, o) + sums.Total();
        }
    }

    private ref float Weights => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_packed), _start);

    private ref float Biases => ref Unsafe.Add(ref Weights, _biases);

    private static int RoundUp(int value, int multiple) => checked((value + multiple - 1) / multiple * multiple);
}
