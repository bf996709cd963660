namespace Alice.ML.Models.Layers;

/// <summary>The product y = x W + b of one layer, packed for the kernels.</summary>
/// <remarks>The order of the additions is fixed. A wide layer has one sum for even inputs and one for odd inputs; a
/// narrow layer has 16 sums, by index modulo 16. So the result depends neither on the width of the processor's vectors
/// nor on skipped zeros. Only the sign of a zero may differ, and the network removes it at the end.</remarks>
internal abstract class DenseLayer(int inputs, int outputs)
{
    /// <summary>Widths are padded to a multiple of this, the number of floats in the widest vector.</summary>
    public const int Lanes = 16;

    private const int NarrowOutputs = 4;

    protected int Inputs { get; } = inputs;

    protected int Outputs { get; } = outputs;

    /// <summary>Number of inputs that are read, including padding.</summary>
    public abstract int InputWidth { get; }

    /// <summary>Number of outputs that are written, including padding.</summary>
    public abstract int OutputWidth { get; }

    /// <summary>Packs a row-major [inputs + 1, outputs] matrix. Its last row has the biases.</summary>
    public static DenseLayer Create(int inputs, int outputs, ReadOnlySpan<float> weights) =>
        outputs <= NarrowOutputs ? new NarrowLayer(inputs, outputs, weights) : new WideLayer(inputs, outputs, weights);

    /// <summary>Computes the outputs from all inputs, which are padded to <see cref="InputWidth"/>.</summary>
    public void Multiply(ReadOnlySpan<float> inputs, Span<float> outputs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs.Length, InputWidth);
        MultiplyDense(inputs[..InputWidth], outputs[..OutputWidth]);
    }

    /// <summary>Computes the outputs from the sums of the layer before, which are overwritten.</summary>
    public virtual void MultiplyActivated(Activation activation, Span<float> sums, Span<float> outputs)
    {
        ActivationFunctions.Apply(activation, sums);
        Multiply(sums, outputs);
    }

    /// <summary>Computes the outputs from the inputs at ascending indices. The other inputs are zero.</summary>
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
