using System.Numerics;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Optimization.Update;

/// <summary>Updates a running mean. Arrays: mean; value.</summary>
internal readonly unsafe struct MeanKernel(double memory) : IVectorKernel
{
    public static int Arrays => 2;

    public static int WrittenArrays => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V, T>(T** arrays, nint from, nint to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* mean = arrays[0], values = arrays[1];
        var keeps = V.Constant(memory);
        for (var i = from; i < to; i += V.Count)
        {
            var value = V.Load(values + i);
            V.MultiplyAdd(keeps, V.Load(mean + i) - value, value).Store(mean + i);
        }
    }
}
