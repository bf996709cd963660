using Alice.ML.Training.Networks;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Kernels;

/// <summary>Work memory of one thread for steps of networks of one shape.</summary>
internal sealed unsafe class KernelWork
{
    private const int CacheLine = 16;

    private readonly WorkMemory _memory = new();

    public KernelWork(NetworkShape shape, NetworkKernel kernel)
    {
        Kernel = kernel;
        PlusPoint = Buffer();
        MinusPoint = Buffer();
        Directions = Buffer();
        // Contiguous, so that ranks can sum them in one call.
        Stride = (shape.Parameters + CacheLine - 1) / CacheLine * CacheLine;
        Plus = _memory.Allocate(3L * Stride + Peers.Tail);
        Minus = Plus + Stride;
        Centre = Minus + Stride;

        float* Buffer() => _memory.Allocate(shape.Parameters);
    }

    public NetworkKernel Kernel { get; }

    /// <summary>Distance between two gradients in floats. After the last one, there are <see cref="Peers.Tail"/> more
    /// floats.</summary>
    public int Stride { get; }

    /// <summary>[parameters]: ν + σ·r.</summary>
    public float* PlusPoint { get; }

    /// <summary>[parameters]: ν − σ·r.</summary>
    public float* MinusPoint { get; }

    /// <summary>[parameters]: r.</summary>
    public float* Directions { get; }

    /// <summary>[parameters]: the gradient at <see cref="PlusPoint"/>.</summary>
    public float* Plus { get; }

    /// <summary>[parameters]: the gradient at <see cref="MinusPoint"/>.</summary>
    public float* Minus { get; }

    /// <summary>[parameters]: the gradient at ν.</summary>
    public float* Centre { get; }
}
