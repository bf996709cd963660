using Alice.ML.Optimization;
using Alice.ML.Trainers;
using TorchSharp;

namespace Alice.ML.Landscape;

/// <summary>What to measure of a loss landscape, and how precisely. Immutable: change a value with a <c>with</c>
/// expression.</summary>
public sealed record LandscapeOptions
{
    /// <summary>Shortest distance σ, in every parameter, above 0. Default 1e-5.</summary>
    public double MinimumDistance { get; init; } = 1e-5;

    /// <summary>Longest distance σ, in every parameter, above <see cref="MinimumDistance"/>. Default 1e-2.</summary>
    public double MaximumDistance { get; init; } = 1e-2;

    /// <summary>Number of distances per decade, 1 or more. They are spaced logarithmically. Default 4.</summary>
    public int PointsPerDecade { get; init; } = 4;

    /// <summary>Number of random directions at each distance, 2 or more. More directions give smaller standard errors.
    /// Default 8.</summary>
    public int Directions { get; init; } = 8;

    /// <summary>Distance σ at which the glass density and the Hessian are measured, above 0. Default 1e-3.</summary>
    public double Radius { get; init; } = 1e-3;

    /// <summary>Options of the optimizer whose step is examined if <see cref="Step"/> is null. The step is the one that
    /// it would take from the gradient, glass density and Hessian measured here. Default
    /// <see cref="AliceOptimizerOptions.Published"/>.</summary>
    public AliceOptimizerOptions Optimizer { get; init; } = AliceOptimizerOptions.Published;

    /// <summary>The step to examine: one tensor for each parameter that requires a gradient, of the same shape, in the
    /// order of the module. The tensors are copied. Default null: the step of <see cref="Optimizer"/>.</summary>
    public IReadOnlyList<torch.Tensor>? Step { get; init; }

    /// <summary>How far to follow the direction of the step, in steps, above 0. Default 2.</summary>
    public double LineLength { get; init; } = 2;

    /// <summary>Number of points along the direction of the step, 1 or more. Default 20.</summary>
    public int LinePoints { get; init; } = 20;

    /// <summary>Whether to convert the module to float64 for the measurement. The closure must then convert its inputs
    /// to the type of the module's parameters. Afterwards the module has its original types and values again, but in
    /// new Parameter objects: recreate optimizers and variables that refer to the old ones. Use it for smooth losses,
    /// which rounding in float32 hides at short distances. Default false.</summary>
    public bool DoublePrecision { get; init; }

    /// <summary>Seed of the random directions. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Receives the number of gradient evaluations done so far, out of <see cref="GradientEvaluations"/>,
    /// after each one. Default null: no reports.</summary>
    public IProgress<int>? Progress { get; init; }

    /// <summary>Cancels the measurement. The module is restored, then an <see cref="OperationCanceledException"/> is
    /// thrown. Default: none.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Number of times that a measurement calls the closure.</summary>
    public int GradientEvaluations =>
        LandscapeProbe.CentreEvaluations + 2 * Directions * (Distances().Length + 1) + 2 * LineProbe.Slopes
            + LinePoints;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">Lists every value outside its range, with the range.</exception>
    public void Validate()
    {
        new OptionErrors()
            .Positive(nameof(MinimumDistance), MinimumDistance)
            .Require(MaximumDistance > MinimumDistance
                && double.IsFinite(MaximumDistance), nameof(MaximumDistance), MaximumDistance,
                "must be above MinimumDistance and finite")
            .AtLeast<int>(nameof(PointsPerDecade), PointsPerDecade, 1)
            .AtLeast<int>(nameof(Directions), Directions, 2)
            .Positive(nameof(Radius), Radius)
            .Require(Optimizer is not null, nameof(Optimizer), Optimizer,
                "must be set, for example to AliceOptimizerOptions.Published")
            .Positive(nameof(LineLength), LineLength)
            .AtLeast<int>(nameof(LinePoints), LinePoints, 1)
            .ThrowIfAny();
        Optimizer!.Validate();
    }

    /// <summary>The distances σ, ascending.</summary>
    internal double[] Distances()
    {
        var decades = Math.Log10(MaximumDistance / MinimumDistance);
        var intervals = Math.Max(1, (int)Math.Round(decades * PointsPerDecade));
        return [.. Enumerable.Range(0, intervals + 1)
            .Select(i => MinimumDistance * Math.Pow(10, decades * i / intervals))];
    }
}
