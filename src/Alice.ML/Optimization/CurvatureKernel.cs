using System.Numerics;
using static System.Numerics.Vector;

namespace Alice.ML.Optimization;

/// <summary>
/// Hessian and glass density from the three gradients of a sample step.
/// Arrays: h, ρ; G₀, G₊, G₋, r (the last is read only for the signed estimate).
/// </summary>
internal readonly unsafe struct CurvatureKernel<T>(AliceStep step) : IVectorKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Vector<T> _memory = Constant(step.CurvatureMemory);
    private readonly Vector<T> _half = Constant(0.5);
    private readonly Vector<T> _perTwoRadii = Constant(0.5 / step.PerturbationRadius);
    private readonly Vector<T> _twoPerRadius = Constant(2 / step.PerturbationRadius);
    private readonly Vector<T> _l2 = Constant(step.L2);
    private readonly Vector<T> _largest = new(VectorLoop.LargestGradient<T>() * VectorLoop.LargestGradient<T>());
    private readonly HessianEstimate _estimate = step.Hessian;

    public static int Arrays => 6;

    public static int WrittenArrays => 2;

    public void Run(T** arrays, nint from, nint to)
    {
        T* hessian = arrays[0], glass = arrays[1], gradient = arrays[2], plus = arrays[3], minus = arrays[4], directions = arrays[5];
        for (var i = from; i < to; i += Vector<T>.Count)
        {
            var above = Load(plus + i);
            var below = Load(minus + i);

            var curvature = (above - below) * _perTwoRadii;
            curvature = _estimate switch
            {
                HessianEstimate.RootMeanSquare => curvature * curvature + _l2 * _l2,
                HessianEstimate.Signed => curvature * Load(directions + i) + _l2,
                _ => Abs(curvature) + _l2,
            };
            curvature = MaxNative(MinNative(curvature, _largest), -_largest);
            (curvature + _memory * (Load(hessian + i) - curvature)).Store(hessian + i);

            var jump = (above + below) * _half - Load(gradient + i);
            var density = MinNative(jump * jump * _twoPerRadius, _largest);
            (density + _memory * (Load(glass + i) - density)).Store(glass + i);
        }
    }

    private static Vector<T> Constant(double value) => new(T.CreateTruncating(value));
}
