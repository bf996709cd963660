using System.Numerics;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Optimization.Update;

/// <summary>The outer points of a sample step, ν ± σ·r. Arrays: plus, minus; ν, r. The arrays minus and r may be the
/// same.</summary>
internal readonly unsafe struct PerturbKernel(double radius) : IVectorKernel
{
    public static int Arrays => 4;

    public static int WrittenArrays => 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V, T>(T** arrays, nint from, nint to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* plus = arrays[0], minus = arrays[1], lookAhead = arrays[2], directions = arrays[3];
        var distance = V.Constant(radius);
        for (var i = from; i < to; i += V.Count)
        {
            var at = V.Load(lookAhead + i);
            var away = distance * V.Load(directions + i);
            (at + away).Store(plus + i);
            (at - away).Store(minus + i);
        }
    }
}
