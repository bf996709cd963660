using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Optimization;

/// <summary>
/// The update in tensor operations, for devices other than the CPU. Nothing waits for the device. Where
/// <c>finite</c> is given (a 0-dimensional Boolean tensor on the device), a false value leaves the state as it was.
/// </summary>
internal static class TensorKernels
{
    public static void Perturb(Tensor lookAhead, Tensor directions, double radius, Tensor plus, Tensor minus)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var away = directions * radius;
        plus.copy_(lookAhead + away);
        minus.copy_(lookAhead - away);
    }

    public static void MeasureCurvature(
        AliceState state, Tensor plus, Tensor minus, Tensor gradient, in AliceStep step, Tensor? finite)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var curvature = (plus - minus) * (0.5 / step.PerturbationRadius);
        curvature = step.Hessian == HessianEstimate.RootMeanSquare
            ? curvature.square() + step.L2 * step.L2
            : curvature.abs() + step.L2;
        Assign(state.Hessian, lerp(curvature, state.Hessian, step.CurvatureMemory), finite);

        var density = ((plus + minus) * 0.5 - gradient).square() * (2 / step.PerturbationRadius);
        Assign(state.GlassDensity, lerp(density, state.GlassDensity, step.CurvatureMemory), finite);
    }

    /// <remarks><paramref name="plus"/> and <paramref name="minus"/> are read only if the step averages gradients.</remarks>
    public static void Move(
        AliceState state, Tensor plus, Tensor minus, Tensor gradient, in AliceStep step, Tensor? finite)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var raw = step.AveragesGradients ? (gradient + plus + minus) * (1.0 / 3) : gradient;
        Assign(state.SecondMoment, lerp(raw.square(), state.SecondMoment, step.SecondMomentMemory), finite);
        if (step.L1 > 0 || step.L2 > 0)
            raw = raw + ((state.LookAhead >= 0).to(raw.dtype) * 2 - 1) * step.L1 + state.LookAhead * step.L2;
        Assign(state.Gradient, lerp(raw, state.Gradient, step.GradientMemory), finite);

        if (!step.Moves)
            return;
        var q = state.Gradient.abs();
        var length = Bounded(Length(state, q, step), q, state.SecondMoment, step);
        var move = where(state.Gradient > 0, -length, length);
        Assign(state.LookAhead, state.Center + move * step.LookAhead, finite);
        Assign(state.Center, state.Center + move * step.StepFraction, finite);
    }

    /// <summary>Mean glass density and mean curvature (√h² for the root-mean-square estimate). The host waits.</summary>
    public static (double GlassDensity, double Hessian) Curvature(AliceState state, HessianEstimate estimate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var hessian = estimate == HessianEstimate.RootMeanSquare ? state.Hessian.sqrt() : state.Hessian;
        return (state.GlassDensity.mean().ToDouble(), hessian.mean().ToDouble());
    }

    /// <summary>The share of parameters whose last step was at the upper bound. The host waits.</summary>
    public static double ShareAtUpperBound(AliceState state, in AliceStep step)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var q = state.Gradient.abs();
        var isBelow = Length(state, q, step) < Unit(q, state.SecondMoment, step) * step.UpperBound;
        return 1 - isBelow.to(ScalarType.Float64).mean().ToDouble();
    }

    private static Tensor Length(AliceState state, Tensor q, in AliceStep step)
    {
        var h = step.Hessian switch
        {
            HessianEstimate.Absolute => state.Hessian * step.HessianScale,
            HessianEstimate.RootMeanSquare => state.Hessian.sqrt() * step.HessianScale,
            _ => zeros_like(q),
        };
        if (!step.UseGlass)
            return q / (h + step.Epsilon);
        var alpha = state.GlassDensity * AliceStep.GlassFactor / (q + step.Epsilon);
        return q / (alpha + h + (alpha * (alpha + h * 2)).sqrt() + step.Epsilon);
    }

    private static Tensor Bounded(Tensor length, Tensor q, Tensor s, in AliceStep step)
    {
        var unit = Unit(q, s, step);
        var lower = unit * step.LowerBound;
        var upper = unit * step.UpperBound;
        return where(length < lower, lower, where(length < upper, length, upper));
    }

    private static Tensor Unit(Tensor q, Tensor s, in AliceStep step) => step.Bound switch
    {
        StepBound.Adam => q / (s.sqrt() + step.Epsilon),
        StepBound.Sgdm => q,
        _ => ones_like(q),
    };

    private static void Assign(Tensor target, Tensor value, Tensor? finite) =>
        target.copy_(finite is null ? value : where(finite, value, target));
}
