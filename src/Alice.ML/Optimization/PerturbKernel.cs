using System.Numerics;
using static System.Numerics.Vector;

namespace Alice.ML.Optimization;

/// <summary>
/// The two outer points of a sample step, ν ± σ·r. Arrays: plus, minus; ν, r (minus may be r itself).
/// </summary>
internal readonly unsafe struct PerturbKernel<T>(double radius) : IVectorKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector<T> _radius = new(T.CreateTruncating(radius));

    public static int Arrays => 4;

    public static int WrittenArrays => 2;

    public void Run(T** arrays, nint from, nint to)
    {
        T* plus = arrays[0], minus = arrays[1], lookAhead = arrays[2], directions = arrays[3];
        for (var i = from; i < to; i += Vector<T>.Count)
        {
            var at = Load(lookAhead + i);
            var away = _radius * Load(directions + i);
            (at + away).Store(plus + i);
            (at - away).Store(minus + i);
        }
    }
}
