using System.Numerics;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;

namespace Alice.ML.Optimization.Update;

/// <summary>
/// Hessian and glass density from the three gradients of a sample step.
/// Arrays: h, ρ; G₀, G₊, G₋, r (the last is read only for the signed estimate).
/// </summary>
internal readonly unsafe struct CurvatureKernel(AliceStep step) : IVectorKernel
{
    public static int Arrays => 6;

    public static int WrittenArrays => 2;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V, T>(T** arrays, nint from, nint to)
        where V : struct, IVector<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* hessian = arrays[0], glass = arrays[1], gradient = arrays[2], plus = arrays[3], minus = arrays[4],
            directions = arrays[5];
        var memory = V.Constant(step.CurvatureMemory);
        var half = V.Constant(0.5);
        var perTwoRadii = V.Constant(0.5 / step.PerturbationRadius);
        var twoPerRadius = V.Constant(2 / step.PerturbationRadius);
        var l2 = V.Constant(step.L2);
        var largest = V.Constant(VectorLoop.LargestGradient<T>() * VectorLoop.LargestGradient<T>());
        var least = V.Constant(0) - largest;
        var estimate = step.Hessian;

        for (var i = from; i < to; i += V.Count)
        {
            var above = V.Load(plus + i);
            var below = V.Load(minus + i);

            var sampled = (above - below) * perTwoRadii;
            sampled = estimate switch
            {
                HessianEstimate.RootMeanSquare => sampled * sampled + l2 * l2,
                HessianEstimate.Signed => sampled * V.Load(directions + i) + l2,
                _ => V.Abs(sampled) + l2,
            };
            sampled = V.Max(V.Min(sampled, largest), least);
            (sampled + memory * (V.Load(hessian + i) - sampled)).Store(hessian + i);

            var jump = (above + below) * half - V.Load(gradient + i);
            var density = V.Min(jump * jump * twoPerRadius, largest);
            (density + memory * (V.Load(glass + i) - density)).Store(glass + i);
        }
    }
}
