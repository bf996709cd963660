using Alice.ML.Training.Networks;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Kernels;

/// <summary>What one thread needs to take steps with networks of one shape.</summary>
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
        // One after the other: several ranks sum them at once.
        Stride = (shape.Parameters + CacheLine - 1) / CacheLine * CacheLine;
        Plus = _memory.Allocate(3L * Stride + Peers.Tail);
        Minus = Plus + Stride;
        Centre = Minus + Stride;

        float* Buffer() => _memory.Allocate(shape.Parameters);
    }

    public NetworkKernel Kernel { get; }

    /// <summary>Floats from one gradient to the next; <see cref="Peers.Tail"/> more follow the last one.</summary>
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
