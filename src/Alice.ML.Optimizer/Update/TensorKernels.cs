using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Update;

/// <summary>
/// The update in tensor operations, for devices other than the CPU. Nothing waits for the device. Where
/// <c>finite</c> is given (a 0-dimensional Boolean tensor on the device), a false value leaves the state as it was.
/// </summary>
internal static class TensorKernels
{
    private const long PartSize = 1 << 18;

    // Each part needs up to 37 times its memory.
    private const int MostParts = 16;

    public static void Perturb(Tensor lookAhead, Tensor directions, double radius, Tensor plus, Tensor minus)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var away = directions * directions.Constant(radius);
        plus.copy_(lookAhead.Plus(away));
        minus.copy_(lookAhead - away);
    }

    public static void MeasureCurvature(
        AliceState state, Tensor plus, Tensor minus, Tensor gradient, Tensor directions, in AliceStep step,
        Tensor? finite)
    {
        using var noGradient = no_grad();
        var count = gradient.numel();
        for (long start = 0; start < count; start += Size(count))
        {
            using var scope = NewDisposeScope();
            var length = Math.Min(Size(count), count - start);
            Tensor Part(Tensor values) => AliceState.Slice(values, start, length);
            MeasurePart(state.Part(start, length), Part(plus), Part(minus), Part(gradient), Part(directions), step,
                finite);
        }
    }

    private static void MeasurePart(
        AliceState state, Tensor plus, Tensor minus, Tensor gradient, Tensor directions, in AliceStep step,
        Tensor? finite)
    {
        var sampled = (plus - minus) * plus.Constant(0.5 / step.PerturbationRadius);
        sampled = step.Hessian switch
        {
            HessianEstimate.RootMeanSquare => (sampled * sampled).Plus(plus.Constant(step.L2 * step.L2)),
            HessianEstimate.Signed => (sampled * directions).Plus(plus.Constant(step.L2)),
            _ => sampled.abs().Plus(plus.Constant(step.L2)),
        };
        var largest = LargestGradient(plus) * LargestGradient(plus);
        sampled = Clamped(sampled, largest);
        Assign(state.Hessian, TensorMath.Mean(state.Hessian, sampled, step.CurvatureMemory), finite);

        var jump = plus.Plus(minus) * plus.Constant(0.5) - gradient;
        var density = Clamped(jump * jump * plus.Constant(2 / step.PerturbationRadius), largest);
        Assign(state.GlassDensity, TensorMath.Mean(state.GlassDensity, density, step.CurvatureMemory), finite);
    }

    /// <remarks>
    /// <paramref name="plus"/> and <paramref name="minus"/> are read only if the step averages gradients.
    /// </remarks>
    public static void Move(
        AliceState state, Tensor plus, Tensor minus, Tensor gradient, in AliceStep step, Tensor? finite)
    {
        using var noGradient = no_grad();
        var count = gradient.numel();
        for (long start = 0; start < count; start += Size(count))
        {
            using var scope = NewDisposeScope();
            var length = Math.Min(Size(count), count - start);
            Tensor Part(Tensor values) => AliceState.Slice(values, start, length);
            MovePart(state.Part(start, length), Part(plus), Part(minus), Part(gradient), step, finite);
        }
    }

    private static void MovePart(
        AliceState state, Tensor plus, Tensor minus, Tensor gradient, in AliceStep step, Tensor? finite)
    {
        var raw = step.AveragesGradients ? gradient.Plus(plus).Plus(minus) * gradient.Constant(1.0 / 3) : gradient;
        raw = Clamped(raw, LargestGradient(raw));
        Assign(state.SecondMoment, TensorMath.Mean(state.SecondMoment, raw * raw, step.SecondMomentMemory), finite);
        if (step.IsRegularised)
        {
            var isNegative = state.LookAhead.lt(raw.Constant(0)).to(raw.dtype);
            var sign = raw.Constant(1) - isNegative * raw.Constant(2);
            raw = raw.Plus(sign * raw.Constant(step.L1)).Plus(state.LookAhead * raw.Constant(step.L2));
        }
        Assign(state.Gradient, TensorMath.Mean(state.Gradient, raw, step.GradientMemory), finite);

        if (!step.Moves)
            return;
        var q = state.Gradient.abs();
        var length = Bounded(Length(state.Hessian, state.GlassDensity, q, step), q, state.SecondMoment, step);
        var move = where(state.Gradient.gt(q.Constant(0)), length.neg(), length);
        Assign(state.LookAhead, state.Center.Plus(move * q.Constant(step.LookAhead)), finite);
        Assign(state.Center, state.Center.Plus(move * q.Constant(step.StepFraction)), finite);
    }

    /// <summary>
    /// Mean glass density and mean Hessian (√h² for the root-mean-square estimate). The host waits.
    /// </summary>
    public static (double GlassDensity, double Hessian) Curvature(AliceState state, HessianEstimate estimate)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var hessian = estimate == HessianEstimate.RootMeanSquare ? state.Hessian.sqrt() : state.Hessian.abs();
        return (Number(state.GlassDensity.mean()), Number(hessian.mean()));
    }

    /// <summary>The share of parameters whose last step was at the upper bound. The host waits. A part at a time: each
    /// needs a dozen times its memory.
    /// </summary>
    public static double ShareAtUpperBound(AliceState state, in AliceStep step)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var parameters = state.Gradient.numel();
        var below = zeros([], ScalarType.Int64, state.Gradient.device);
        for (long start = 0; start < parameters; start += PartSize)
        {
            using var part = NewDisposeScope();
            var size = Math.Min(PartSize, parameters - start);
            Tensor Part(Tensor values) => values.view(-1).narrow(0, start, size);
            var q = Part(state.Gradient).abs();
            var upper = Unit(q, Part(state.SecondMoment), step) * q.Constant(step.UpperBound);
            below.Add(Length(Part(state.Hessian), Part(state.GlassDensity), q, step).lt(upper).sum());
        }
        return 1 - Number(below) / parameters;
    }

    /// <summary>Values that are taken at a time, so that temporaries need no more than a few times the memory of all
    /// parameters.</summary>
    private static long Size(long count) => Math.Max(PartSize, (count + MostParts - 1) / MostParts);

    private static Tensor Length(Tensor hessian, Tensor glassDensity, Tensor q, in AliceStep step)
    {
        var h = step.Hessian switch
        {
            HessianEstimate.Absolute => hessian * q.Constant(step.HessianScale),
            HessianEstimate.RootMeanSquare => hessian.sqrt() * q.Constant(step.HessianScale),
            HessianEstimate.Signed => hessian.abs() * q.Constant(step.HessianScale),
            _ => zeros_like(q),
        };
        var epsilon = q.Constant(step.Epsilon);
        if (step.GlassFactor == 0)
            return q / h.Plus(epsilon);
        var alpha = glassDensity * q.Constant(step.GlassFactor) / q.Plus(epsilon);
        var alphaPlusH = alpha.Plus(h);
        return q / alphaPlusH.Plus((alpha * alphaPlusH.Plus(h)).sqrt()).Plus(epsilon);
    }

    private static Tensor Bounded(Tensor length, Tensor q, Tensor s, in AliceStep step)
    {
        var unit = Unit(q, s, step);
        var lower = unit * q.Constant(step.LowerBound);
        var upper = unit * q.Constant(step.UpperBound);
        return where(length.lt(lower), lower, where(length.lt(upper), length, upper));
    }

    private static Tensor Unit(Tensor q, Tensor s, in AliceStep step) => step.Bound switch
    {
        StepBound.Adam when step.IsRegularised =>
            minimum(q / s.sqrt().Plus(q.Constant(step.Epsilon)), q.Constant(step.LargestUnit)),
        StepBound.Adam => q / s.sqrt().Plus(q.Constant(step.Epsilon)),
        StepBound.Sgdm => q,
        _ => ones_like(q),
    };

    private static double LargestGradient(Tensor like) =>
        like.dtype == ScalarType.Float32 ? VectorLoop.LargestGradient<float>() : VectorLoop.LargestGradient<double>();

    /// <summary>Values between −limit and limit.</summary>
    private static Tensor Clamped(Tensor values, double limit) =>
        maximum(minimum(values, values.Constant(limit)), values.Constant(-limit));

    private static double Number(Tensor value) => value.to(ScalarType.Float64).cpu().item<double>();

    private static void Assign(Tensor target, Tensor value, Tensor? finite) =>
        target.copy_(finite is null ? value : where(finite, value, target));
}
