namespace Alice.ML.Models.Layers;

/// <summary>One layer's y = x W + b, packed for the kernels.</summary>
/// <remarks>
/// The order of the additions is fixed: a wide layer adds inputs with an even index in one sum and those with an odd
/// index in another; a narrow one has 16 sums, by the index modulo 16. So neither the width of the processor's vectors
/// nor leaving out zeros changes an output; only the sign of a zero may differ, and the network removes that at the
/// end.
/// </remarks>
internal abstract class DenseLayer(int inputs, int outputs)
{
    /// <summary>Widths are padded to a multiple of this, the floats in the widest vector.</summary>
    public const int Lanes = 16;

    private const int NarrowOutputs = 4;

    protected int Inputs { get; } = inputs;

    protected int Outputs { get; } = outputs;

    /// <summary>How many inputs are read: the inputs, then zeros.</summary>
    public abstract int InputWidth { get; }

    /// <summary>How many outputs are written: the outputs, then zeros.</summary>
    public abstract int OutputWidth { get; }

    /// <summary>Packs a row-major [inputs + 1, outputs] matrix whose last row is the bias.</summary>
    public static DenseLayer Create(int inputs, int outputs, ReadOnlySpan<float> weights) =>
        outputs <= NarrowOutputs ? new NarrowLayer(inputs, outputs, weights) : new WideLayer(inputs, outputs, weights);

    /// <summary>Outputs from all inputs, which are padded to <see cref="InputWidth"/>.</summary>
    public void Multiply(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs.Length, InputWidth);
        MultiplyDense(inputs[..InputWidth], outputs[..OutputWidth]);
    }

    /// <summary>Outputs from the sums of the layer before, which are overwritten.</summary>
    public virtual void MultiplyActivated(Activation activation, Span<float> sums, Span<float> outputs)
    {
        ActivationFunctions.Apply(activation, sums);
        Multiply(sums, outputs);
    }

    /// <summary>Outputs from the inputs at ascending indices; the other inputs are zero.</summary>
    public void Multiply(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, indices.Length);
        if (indices.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(indices[0]);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(indices[^1], Inputs);
        }
        MultiplySparse(values, indices, outputs[..OutputWidth]);
    }

    protected abstract void MultiplyDense(ReadOnlySpan<float> inputs, Span<float> outputs);

    protected abstract void MultiplySparse(ReadOnlySpan<float> values, ReadOnlySpan<int> indices, Span<float> outputs);

    public static int RoundUp(int value, int multiple) => checked((value + multiple - 1) / multiple * multiple);
}
