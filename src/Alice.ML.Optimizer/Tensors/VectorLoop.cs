using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Tensors;

/// <summary>An elementwise computation over arrays of the same length, in whole vectors.</summary>
internal unsafe interface IVectorKernel
{
    /// <summary>Number of arrays. Those that are written come first.</summary>
    static abstract int Arrays { get; }

    static abstract int WrittenArrays { get; }

    /// <summary>Computes elements from … to − 1. Their number is a multiple of V.Count.</summary>
    void Run<V, T>(T** arrays, nint from, nint to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>;
}

/// <summary>Runs vector kernels on CPU tensors: in whole vectors, with a padded last one, and on several threads if it
/// pays.</summary>
internal static unsafe class VectorLoop
{
    /// <summary>Smaller values count as zero. The square root of the smallest normal float is a little below.</summary>
    public const double Tiny = 1e-30;

    /// <summary>Upper limit of gradients: 1e18 in single precision, so that squares (1e36) and averages stay finite,
    /// and 1e150 in double precision.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double LargestGradient<T>() where T : unmanaged => typeof(T) == typeof(float) ? 1e18 : 1e150;

    /// <summary>Minimum number of elements for several threads.</summary>
    public const long ParallelFrom = 1 << 20;

    /// <summary>Runs <paramref name="kernel"/> on contiguous CPU tensors of <paramref name="count"/> elements of type
    /// T, float or double.</summary>
    public static void Run<T, TKernel>(in TKernel kernel, ReadOnlySpan<Tensor> tensors, long count)
        where T : unmanaged
        where TKernel : struct, IVectorKernel
    {
        var arrays = stackalloc T*[TKernel.Arrays];
        for (var k = 0; k < TKernel.Arrays; k++)
            arrays[k] = Pointer<T>(tensors[k], count);
        if (typeof(T) == typeof(float))
            Run(kernel, (float**)arrays, count);
        else
            Run<Doubles, double, TKernel>(kernel, (double**)arrays, count);
    }

    /// <summary>Runs a kernel on arrays in memory, with the widest vectors that are fast on this processor.</summary>
    public static void Run<TKernel>(in TKernel kernel, float** arrays, long count) where TKernel : struct, IVectorKernel
    {
        if (Vector512.IsHardwareAccelerated)
            Run<Floats512, float, TKernel>(kernel, arrays, count);
        else if (Vector256.IsHardwareAccelerated)
            Run<Floats256, float, TKernel>(kernel, arrays, count);
        else
            Run<Floats128, float, TKernel>(kernel, arrays, count);
    }

    /// <summary>Runs a kernel with vectors of type V.</summary>
    public static void Run<V, T, TKernel>(in TKernel kernel, T** arrays, long count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TKernel : struct, IVectorKernel
    {
        var whole = (nint)count / V.Count * V.Count;
        if (count < ParallelFrom)
            kernel.Run<V, T>(arrays, 0, whole);
        else
            RunParallel<V, T, TKernel>(kernel, arrays, whole);
        if (whole < count)
            RunTail<V, T, TKernel>(kernel, arrays, whole, (int)(count - whole));
    }

    /// <summary>Address of the first element of a contiguous CPU tensor with <paramref name="count"/>
    /// elements.</summary>
    public static T* Pointer<T>(Tensor tensor, long count) where T : unmanaged
    {
        if (count * sizeof(T) <= int.MaxValue)
        {
            var bytes = tensor.bytes;
            return bytes.Length == count * sizeof(T)
                ? (T*)Unsafe.AsPointer(ref bytes.GetPinnableReference())
                : throw new ArgumentException($"A tensor has {bytes.Length} bytes, not {count} × {sizeof(T)}.");
        }
        // A span holds at most 2 GB, so read only the first element.
        using var flat = tensor.view(-1);
        using var first = flat.narrow(0, 0, 1);
        return (T*)Unsafe.AsPointer(ref first.bytes.GetPinnableReference());
    }

    /// <summary>The elements of a contiguous CPU tensor with <paramref name="count"/> elements.</summary>
    public static Span<T> Span<T>(Tensor tensor, int count)
        where T : unmanaged => new(Pointer<T>(tensor, count), count);

    private static void RunParallel<V, T, TKernel>(TKernel kernel, T** arrays, nint whole)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TKernel : struct, IVectorKernel
    {
        var threads = get_num_threads();
        var chunk = (whole / threads + V.Count) / V.Count * V.Count;
        var addresses = (nint)arrays;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, thread =>
        {
            var from = Math.Min(thread * chunk, whole);
            kernel.Run<V, T>((T**)addresses, from, Math.Min(from + chunk, whole));
        });
    }

    private static void RunTail<V, T, TKernel>(in TKernel kernel, T** arrays, nint from, int count)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TKernel : struct, IVectorKernel
    {
        var width = V.Count;
        var padded = stackalloc T[TKernel.Arrays * width];
        new Span<T>(padded, TKernel.Arrays * width).Clear();
        var tails = stackalloc T*[TKernel.Arrays];
        for (var k = 0; k < TKernel.Arrays; k++)
        {
            tails[k] = padded + k * width;
            new ReadOnlySpan<T>(arrays[k] + from, count).CopyTo(new Span<T>(tails[k], width));
        }
        kernel.Run<V, T>(tails, 0, width);
        for (var k = 0; k < TKernel.WrittenArrays; k++)
            new ReadOnlySpan<T>(tails[k], count).CopyTo(new Span<T>(arrays[k] + from, count));
    }
}
