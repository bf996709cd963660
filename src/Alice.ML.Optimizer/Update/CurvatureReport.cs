using System.Numerics;
using System.Runtime.CompilerServices;
using Alice.ML.Optimization.Tensors;
using static System.Numerics.Vector;

namespace Alice.ML.Optimization.Update;

/// <summary>What reports say of a single-precision state on the CPU, in one pass over memory each: tensor operations
/// would take as long as an epoch of few rows. <see cref="TensorKernels"/> has the same for other devices.
/// </summary>
internal static unsafe class CurvatureReport
{
    /// <summary>Mean glass density and mean Hessian (√h² for the root-mean-square estimate).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double GlassDensity, double Hessian) Means(AliceState state, HessianEstimate estimate)
    {
        var count = state.Center.numel();
        float* glass = Pointer(state.GlassDensity, count), hessian = Pointer(state.Hessian, count);
        var (glassSum, hessianSum) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0L;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            glassSum += Wide(Load(glass + i));
            var h = Load(hessian + i);
            hessianSum += Wide(estimate == HessianEstimate.RootMeanSquare ? SquareRoot(h) : Abs(h));
        }
        var (glassTotal, hessianTotal) = (Sum(glassSum), Sum(hessianSum));
        for (; i < count; i++)
        {
            glassTotal += glass[i];
            hessianTotal += estimate == HessianEstimate.RootMeanSquare ? Math.Sqrt(hessian[i]) : Math.Abs(hessian[i]);
        }
        return (glassTotal / count, hessianTotal / count);
    }

    /// <summary>The share of parameters whose last step, that given, was at the upper bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double ShareAtUpperBound(AliceState state, in AliceStep step)
    {
        var count = state.Center.numel();
        float* gradient = Pointer(state.Gradient, count), second = Pointer(state.SecondMoment, count);
        float* glass = Pointer(state.GlassDensity, count), hessian = Pointer(state.Hessian, count);
        var below = 0L;
        var i = 0L;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
            below -= Sum(IsBelow(Load(gradient + i), Load(second + i), Load(glass + i), Load(hessian + i), step));
        for (; i < count; i++)
            below -= IsBelow(new(gradient[i]), new(second[i]), new(glass[i]), new(hessian[i]), step)[0];
        return 1 - (double)below / count;
    }

    /// <summary>−1 where a step is shorter than the upper bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> IsBelow(
        Vector<float> gradient, Vector<float> second, Vector<float> glass, Vector<float> hessian, in AliceStep step)
    {
        var q = Abs(gradient);
        var epsilon = new Vector<float>((float)step.Epsilon);
        var h = (float)step.HessianScale * step.Hessian switch
        {
            HessianEstimate.Absolute => hessian,
            HessianEstimate.RootMeanSquare => SquareRoot(hessian),
            HessianEstimate.Signed => Abs(hessian),
            _ => Vector<float>.Zero,
        };
        var curvature = h + epsilon;
        if (step.GlassFactor > 0)
        {
            var alpha = (float)step.GlassFactor * glass / (q + epsilon);
            curvature += alpha + SquareRoot(alpha * (alpha + h + h));
        }
        var unit = step.Bound switch
        {
            StepBound.Adam => q / (SquareRoot(second) + epsilon),
            StepBound.Sgdm => q,
            _ => Vector<float>.One,
        };
        if (step.Bound == StepBound.Adam && step.IsRegularised)
            unit = Min(unit, new Vector<float>((float)step.LargestUnit));
        return LessThan(q / curvature, unit * (float)step.UpperBound);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Wide(Vector<float> values)
    {
        Widen(values, out var low, out var high);
        return low + high;
    }

    private static float* Pointer(TorchSharp.torch.Tensor values, long count) =>
        VectorLoop.Pointer<float>(values, count);
}
