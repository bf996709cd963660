using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Training.Stack;

/// <summary>The update of docs/alice-update.md for all networks of a stack, in as few operations and temporaries as may
/// be.</summary>
internal sealed class StackMove : IDisposable
{
    private readonly StackMemory _memory;
    private readonly StackConstants _constants;
    private readonly Tensor _largest;
    private readonly Tensor _least;

    // What makes of |g| the divisor of ρ in α / 2c, for the scale c of h: a summand, and a factor.
    private readonly Tensor _glassEpsilon;
    private readonly double _glassFactor;

    // What curvature and √s gain: ε / c, and ε.
    private readonly Tensor _epsilons;
    private readonly Tensor _signs;
    private readonly Tensor _plusL1;
    private readonly Tensor _minusL1;

    public StackMove(StackMemory memory, StackConstants constants, in AliceStep step)
    {
        (_memory, _constants) = (memory, constants);
        var like = memory.Center;
        var largest = like.dtype == ScalarType.Float32
            ? VectorLoop.LargestGradient<float>() : VectorLoop.LargestGradient<double>();
        _largest = Values([1], largest);
        _least = Values([1], -largest);
        _glassFactor = step.GlassFactor > 0 ? 2 * step.HessianScale / step.GlassFactor : 0;
        _glassEpsilon = Values([1], step.Epsilon * _glassFactor);
        _epsilons = Values([2, 1, 1], step.Epsilon / step.HessianScale, step.Epsilon);
        _signs = Values([2, 1, 1], 1, -1);
        _plusL1 = Values([1], step.L1);
        _minusL1 = Values([1], -step.L1);

        Tensor Values(long[] shape, params double[] values)
        {
            using var scope = NewDisposeScope();
            return tensor(values).view(shape).to(like.dtype).to(like.device).DetachFromDisposeScope();
        }
    }

    /// <summary>The outer points: ν ± away.</summary>
    public void Perturb(Tensor away)
    {
        _memory.Outer.copy_(_memory.LookAhead);
        _memory.Outer.AddProduct(_signs, away);
    }

    /// <summary>Averages h and ρ over three gradients, those at ν + away and ν − away in the place of these points.
    /// What feeds g and s takes the place of the one at ν.</summary>
    /// <param name="centre">The gradient at ν, [networks, parameters]; overwritten.</param>
    /// <param name="away">σ·r.</param>
    /// <param name="step">A step of a network that samples.</param>
    /// <param name="samplesAll">Whether all networks sample.</param>
    public void MeasureCurvature(Tensor centre, Tensor away, in AliceStep step, bool samplesAll)
    {
        using var scope = NewDisposeScope();
        centre.clamp_(_least, _largest);
        var outer = _memory.Outer.clamp_(_least, _largest);
        // Differences first: then nothing cancels in the products.
        outer.sub_(centre);
        var roots = _constants.CurvatureWeights.bmm(outer.transpose(0, 1));
        var (jump, slope) = (roots.select(1, 0), roots.select(1, 1));
        if (step.AveragesGradients)
            centre.AddProduct(jump, _constants.MeanOfThree);
        roots.clamp_(_least, _largest);
        if (step.Hessian == HessianEstimate.RootMeanSquare)
        {
            roots.mul_(roots);
            if (step.L2 > 0)
                slope.Shift(step.L2 * step.L2);
        }
        else
        {
            jump.mul_(jump);
            if (step.Hessian == HessianEstimate.Signed)
                slope.mul_(away.sign());
            else
                slope.abs_();
            if (step.L2 > 0)
                slope.Shift(step.L2);
        }
        var seen = roots.transpose(0, 1);
        if (!samplesAll)
            seen = where(_constants.IsSample.gt(_constants.IsSample.Constant(0)), seen, _memory.Curvature);
        _memory.Curvature.lerp_(seen, _constants.CurvatureWeight);
    }

    /// <summary>Averages s and g; then, if due, ν and μ move.</summary>
    /// <param name="gradient">[networks, parameters]; overwritten.</param>
    /// <param name="step">Constants that all networks share.</param>
    /// <param name="isClamped">Whether the gradient is.</param>
    public void Average(Tensor gradient, in AliceStep step, bool isClamped)
    {
        if (!isClamped)
            gradient.clamp_(_least, _largest);
        using (var square = gradient.mul(gradient))
            _memory.SecondMoment.lerp_(square, _constants.SecondMomentWeight);
        if (step.L1 > 0)
        {
            using var scope = NewDisposeScope();
            gradient.Add(where(_memory.LookAhead.lt(gradient.Constant(0)), _minusL1, _plusL1));
        }
        if (step.L2 > 0)
            gradient.Add(_memory.LookAhead, step.L2);
        _memory.Gradient.lerp_(gradient, _constants.GradientWeight);
    }

    /// <summary>Moves ν and μ by the averages.</summary>
    /// <param name="step">Constants that all networks share.</param>
    /// <param name="decays">Whether any weights decay.</param>
    public void Move(in AliceStep step, bool decays)
    {
        using var scope = NewDisposeScope();
        var (divisor, unit) = Divisor(step);
        var (memory, lower, upper) = (_memory, _constants.Lower, _constants.Upper);
        Tensor move;
        if (step.Bound == StepBound.Fixed)
        {
            using var size = memory.Gradient.abs();
            move = size.div_(divisor).clamp_(lower, upper);
            using var isDescent = memory.Gradient.gt(move.Constant(0));
            move = where(isDescent, move, move.neg());
        }
        else
        {
            // g / unit, times the share of it that the bounds leave, times c.
            move = unit is null ? divisor.reciprocal() : unit.div(divisor);
            move.clamp_(lower, upper).mul_(memory.Gradient);
        }
        divisor.Dispose();
        Subtract(move, unit ?? ones_like(move), step);
        if (decays)
            memory.Weights.mul_(_constants.Kept);
    }

    public void Dispose()
    {
        foreach (var constant in new[]
        {
            _largest, _least, _glassEpsilon, _epsilons, _signs, _plusL1, _minusL1,
        })
            constant.Dispose();
    }

    /// <summary>(α + h + √(α(α + 2h)) + ε) / c for the scale c of h, and what the bounds are in units of: √s + ε, or
    /// null for 1. With a = α/2c and b = h/c it is (√a + √(a + b))² + ε/c, which no step of overflows, and for which
    /// the memory of b is enough.</summary>
    private (Tensor Divisor, Tensor? Unit) Divisor(in AliceStep step)
    {
        var memory = _memory;
        Tensor? alpha = null;
        if (step.GlassFactor > 0)
        {
            using var size = memory.Gradient.abs();
            using var glassDivisor = _glassEpsilon.Plus(size, _glassFactor);
            alpha = memory.GlassDensity.div(glassDivisor);
        }
        // Both roots at once.
        var isPair = step.Hessian == HessianEstimate.RootMeanSquare && step.Bound == StepBound.Adam;
        var roots = isPair ? memory.Squares.sqrt() : null;
        var divisor = isPair ? roots!.select(0, 0) : step.Hessian switch
        {
            HessianEstimate.RootMeanSquare => memory.Hessian.sqrt(),
            HessianEstimate.Zero => zeros_like(memory.Hessian),
            HessianEstimate.Signed => memory.Hessian.abs(),
            _ => memory.Hessian.clone(),
        };
        var unit = isPair ? roots!.select(0, 1) : step.Bound == StepBound.Adam ? memory.SecondMoment.sqrt() : null;
        if (alpha is not null)
        {
            divisor.Add(alpha).sqrt_().Add(alpha.sqrt_());
            divisor.mul_(divisor);
            alpha.Dispose();
        }
        if (isPair)
            roots!.Add(_epsilons);
        else
        {
            divisor.Shift(step.Epsilon / step.HessianScale);
            unit?.Shift(step.Epsilon);
        }
        if (unit is not null && step.IsRegularised)
            unit.copy_(maximum(unit, memory.Gradient.abs().Scale(1 / step.LargestUnit)));
        return (divisor, unit);
    }

    /// <summary>ν and μ, both at μ, less their shares of move / unit.</summary>
    private void Subtract(Tensor move, Tensor unit, in AliceStep step)
    {
        var (lookAhead, fraction) = (step.LookAhead / step.HessianScale, step.StepFraction / step.HessianScale);
        if (lookAhead == fraction)
        {
            // Then ν is where μ is, before and after.
            _memory.Weights.AddQuotient(move, unit, -fraction);
            return;
        }
        _memory.LookAhead.copy_(_memory.Center);
        _memory.LookAhead.AddQuotient(move, unit, -lookAhead);
        _memory.Center.AddQuotient(move, unit, -fraction);
    }
}
