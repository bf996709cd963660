using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>Glass and Hessian of each parameter at one distance, means over random directions; float64
/// [parameters].</summary>
internal sealed class Curvature
{
    private Curvature(Tensor density, Tensor hessianSquare, Tensor absolute, Tensor square, Tensor diagonal)
    {
        Density = density;
        HessianSquare = hessianSquare;
        Absolute = absolute;
        Square = square;
        Diagonal = diagonal;
    }

    /// <summary>ρ: mean of 2 E² / σ.</summary>
    public Tensor Density { get; }

    /// <summary>h²: mean of (O² − E²) / σ². Glass adds as much to O² as to E², so this is free of it; it may be
    /// negative.</summary>
    public Tensor HessianSquare { get; }

    /// <summary>Mean of |O| / σ: what Alice takes for |h|.</summary>
    public Tensor Absolute { get; }

    /// <summary>Mean of O² / σ²: what Alice takes for h².</summary>
    public Tensor Square { get; }

    /// <summary>Mean of r O / σ: the Hessian's diagonal (Hutchinson's estimate), of either sign.</summary>
    public Tensor Diagonal { get; }

    public static Curvature Measure(
        GradientProbe probe, Tensor centre, Tensor gradient, IEnumerable<Tensor> directions, double radius)
    {
        Tensor even = zeros_like(centre), odd = zeros_like(centre), absolute = zeros_like(centre),
            diagonal = zeros_like(centre);
        var count = 0;
        foreach (var signs in directions)
        {
            using var scope = NewDisposeScope();
            var (e, o) = probe.Around(centre, signs * signs.Constant(radius), gradient);
            even.Add(e * e);
            odd.Add(o * o);
            absolute.Add(o.abs());
            diagonal.Add(signs * o);
            count++;
        }
        var density = even.clone().Scale(2 / radius / count);
        var hessian = (odd - even).Scale(1 / radius / radius / count);
        return new Curvature(density, hessian, absolute.Scale(1 / radius / count),
            odd.Scale(1 / radius / radius / count),
            diagonal.Scale(1 / radius / count));
    }

    /// <summary>The step that Alice takes where these are its averages [parameters].</summary>
    public Tensor AliceStep(Tensor gradient, AliceOptimizerOptions options)
    {
        // From zero with full steps and without regularization, the new center is the step itself.
        var step = Optimization.Update.AliceStep.Create(options, options.LearningRate, int.MaxValue) with
        {
            GradientMemory = 0,
            SecondMomentMemory = 0,
            StepFraction = 1,
            LookAhead = 1,
            L1 = 0,
            L2 = 0,
            AveragesGradients = false,
        };
        using var zero = zeros_like(gradient);
        using var state = new AliceState(zero);
        state.GlassDensity.copy_(Density);
        state.Hessian.copy_(options.HessianEstimate switch
        {
            HessianEstimate.RootMeanSquare => Square,
            HessianEstimate.Signed => Diagonal,
            _ => Absolute,
        });
        AliceUpdate.Move(state, gradient, step);
        return state.Center.clone();
    }

    /// <summary>|h|, freed of glass; where single parameters are too noisy, right in the mean square over a
    /// layer.</summary>
    public Tensor Hessian(ParameterRange range)
    {
        var squares = range.Of(HessianSquare);
        var positive = squares.relu();
        var (all, kept) = (Statistics.Sum(squares), Statistics.Sum(positive));
        return positive.sqrt_().Scale(all > 0 ? Math.Sqrt(all / kept) : 0);
    }

    /// <summary>What a step should change the loss by.</summary>
    public StepTerms Terms(ParameterRange range, Tensor gradient, Tensor step)
    {
        using var scope = NewDisposeScope();
        var length = range.Of(step).abs();
        return new StepTerms(
            Statistics.Dot(range.Of(gradient), range.Of(step)),
            Statistics.Dot(Hessian(range), length * length) / 2,
            LossDeviation * Statistics.Dot(range.Of(Density).sqrt(), length * length.sqrt()));
    }

    /// <summary>c = √(2/(3π)): the mean magnitude of a loss change in glass is c √ρ |δ|^(3/2).</summary>
    public static double LossDeviation { get; } = Math.Sqrt(2 / (3 * Math.PI));
}
