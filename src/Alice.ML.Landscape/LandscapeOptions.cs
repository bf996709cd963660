using Alice.ML.Optimization;
using Alice.ML.Trainers;
using TorchSharp;

namespace Alice.ML.Landscape;

/// <summary>What to measure of a loss landscape, and how closely. Immutable; change one with a <c>with</c>
/// expression.</summary>
public sealed record LandscapeOptions
{
    /// <summary>Shortest distance σ in every parameter, above 0. Default 1e-5.</summary>
    public double MinimumDistance { get; init; } = 1e-5;

    /// <summary>Longest distance σ in every parameter, above <see cref="MinimumDistance"/>. Default 1e-2.</summary>
    public double MaximumDistance { get; init; } = 1e-2;

    /// <summary>Distances a decade, log-spaced; 1 or more. Default 4.</summary>
    public int PointsPerDecade { get; init; } = 4;

    /// <summary>Random directions at each distance, 2 or more: the more, the smaller the standard errors. Default
    /// 8.</summary>
    public int Directions { get; init; } = 8;

    /// <summary>The distance σ, above 0, at which glass density and Hessian are measured. Default 1e-3.</summary>
    public double Radius { get; init; } = 1e-3;

    /// <summary>The optimizer whose step is examined where <see cref="Step"/> gives none: one that has seen only the
    /// gradient, glass and Hessian measured here. Default <see cref="AliceOptimizerOptions.Published"/>.
    /// </summary>
    public AliceOptimizerOptions Optimizer { get; init; } = AliceOptimizerOptions.Published;

    /// <summary>The step to examine: for each parameter that requires a gradient, in the module's order, a tensor of
    /// its shape. It is copied. Default null: that of <see cref="Optimizer"/>.
    /// </summary>
    public IReadOnlyList<torch.Tensor>? Step { get; init; }

    /// <summary>How far to follow the step's direction, in steps; above 0. Default 2.</summary>
    public double LineLength { get; init; } = 2;

    /// <summary>Points along the step's direction, 1 or more. Default 20.</summary>
    public int LinePoints { get; init; } = 20;

    /// <summary>Whether the module computes in float64 meanwhile (Module.to): the closure must convert its inputs to
    /// the type of the module's parameters. Afterwards the module has its types and values back in new Parameter
    /// objects, so optimizers and variables that held the old ones must be made anew. In float32, rounding hides smooth
    /// losses at short distances. Default false.
    /// </summary>
    public bool DoublePrecision { get; init; }

    /// <summary>Seed of the random directions. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Told after each gradient evaluation how many of <see cref="GradientEvaluations"/> are done. Default
    /// null.</summary>
    public IProgress<int>? Progress { get; init; }

    /// <summary>Ends the measurement with an <see cref="OperationCanceledException"/>; everything is put back
    /// first.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>What a measurement costs: calls of the closure.</summary>
    public int GradientEvaluations =>
        LandscapeProbe.CentreEvaluations + 2 * Directions * (Distances().Length + 1) + 2 * LineProbe.Slopes
            + LinePoints;

    /// <summary>Checks every value.</summary>
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
