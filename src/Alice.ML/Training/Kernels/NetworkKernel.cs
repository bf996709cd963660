using System.Runtime.Intrinsics;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;

namespace Alice.ML.Training.Kernels;

/// <summary>Loss, gradient and outputs of a network on the CPU, with vector kernels on flat weights. Nothing is
/// allocated after construction, and no tensors are created. It holds work memory for one evaluation at a time. Each
/// thread needs one, which serves any number of networks of its shape.</summary>
/// <remarks>The result does not depend on the number of threads, bit for bit. With another vector width, it differs by
/// rounding.</remarks>
internal abstract unsafe class NetworkKernel
{
    /// <summary>Creates a kernel.</summary>
    /// <param name="shape">Sizes, activation and dropout of the network.</param>
    /// <param name="loss">The loss to minimize.</param>
    /// <param name="inputs">Inputs of the first layer. Null: every feature is a number.</param>
    /// <param name="bits">Width of the vectors: 512, 256 or 128. 0: the widest that is fast on this processor.</param>
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

    /// <summary>Computes loss and gradient. They are weighted sums over the rows, divided by the number of rows of the
    /// whole minibatch, of which these may be a part.</summary>
    /// <param name="weights">[parameters], in the order of <see cref="Models.Networks.DenseNetwork.Weights"/>.</param>
    /// <param name="gradient">[parameters]. Receives the gradient.</param>
    /// <param name="batch">The rows.</param>
    /// <param name="adds">Whether to add to the contents of <paramref name="gradient"/>.</param>
    /// <returns>The loss.</returns>
    public abstract double Evaluate(float* weights, float* gradient, in KernelBatch batch, bool adds = false);

    /// <summary>Computes the outputs, without dropout.</summary>
    /// <param name="weights">As for <see cref="Evaluate"/>.</param>
    /// <param name="batch">The rows. Targets and weights are not read.</param>
    /// <param name="outputs">[rows, outputs]. Receives the outputs.</param>
    public abstract void Outputs(float* weights, in KernelBatch batch, float* outputs);
}

/// <summary>Inputs of a first layer.</summary>
/// <param name="Bins">The encoding of the columns. Null: they are not encoded.</param>
/// <param name="Numbers">Columns read as numbers, ascending. The others are sparse. Null: all columns.</param>
internal sealed record FirstLayerInputs(EncodedColumns? Bins = null, int[]? Numbers = null);
