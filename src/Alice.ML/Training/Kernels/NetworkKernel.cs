using System.Runtime.Intrinsics;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;

namespace Alice.ML.Training.Kernels;

/// <summary>Loss, gradient and outputs of a network on the CPU as vector kernels, on flat weights in memory: nothing is
/// allocated after construction, no tensor is made. Holds work memory for one evaluation at a time; one for each thread
/// serves any number of networks of its shape.
/// </summary>
/// <remarks>The same input gives the same bits, whatever the number of threads; other vector widths differ by
/// rounding.</remarks>
internal abstract unsafe class NetworkKernel
{
    /// <summary>Makes a kernel.</summary>
    /// <param name="shape">Sizes, activation and dropout of the network.</param>
    /// <param name="loss">What is minimized.</param>
    /// <param name="inputs">What the first layer is given; null: every feature as a number.</param>
    /// <param name="bits">Width of the vectors: 512, 256 or 128; 0: the widest that the processor is fast with.</param>
    public static NetworkKernel Create(
        NetworkShape shape, KernelLoss loss, FirstLayerInputs? inputs = null, int bits = 0) =>
            (bits == 0 ? WidestVector : bits) switch
            {
                512 => new NetworkKernel<Floats512>(shape, loss, inputs ?? new()),
                256 => new NetworkKernel<Floats256>(shape, loss, inputs ?? new()),
                128 => new NetworkKernel<Floats128>(shape, loss, inputs ?? new()),
                _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "Vectors have 512, 256 or 128 bits."),
            };

    private static int WidestVector =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Loss and gradient: sums over the rows by their weights, divided by the rows of the whole minibatch,
    /// which these may be a part of.
    /// </summary>
    /// <param name="weights">[parameters], in the order of <see cref="Models.Networks.DenseNetwork.Weights"/>.</param>
    /// <param name="gradient">[parameters]; receives the gradient.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="adds">Whether the gradient is added to what is there.</param>
    /// <returns>The loss.</returns>
    public abstract double Evaluate(float* weights, float* gradient, in KernelBatch batch, bool adds = false);

    /// <summary>Outputs, without dropout.</summary>
    /// <param name="weights">As for <see cref="Evaluate"/>.</param>
    /// <param name="batch">The rows; targets and weights are not read.</param>
    /// <param name="outputs">[rows, outputs]; receives the outputs.</param>
    public abstract void Outputs(float* weights, in KernelBatch batch, float* outputs);
}

/// <summary>What a first layer is given.</summary>
/// <param name="Bins">The encoding of columns; null: they are features as they are.</param>
/// <param name="Numbers">Columns that rows have numbers for, ascending; the others are sparse. Null: all
/// columns.</param>
internal sealed record FirstLayerInputs(EncodedColumns? Bins = null, int[]? Numbers = null);
