using Alice.ML.Trainers;

namespace Alice.ML.Landscape;

/// <summary>Which weights go first.</summary>
public enum PruneOrder
{
    /// <summary>Those whose removal is expected to raise the loss least: by ½ h δ² + c √ρ |δ|^(3/2) with δ minus the
    /// weight, h the Hessian's diagonal and ρ the glass density (arXiv 2411.16914).
    /// </summary>
    PredictedLoss,

    /// <summary>The smallest, in the coordinates of training (standardized inputs and label).</summary>
    Magnitude,

    /// <summary>Any: to compare with.</summary>
    Random,

    /// <summary>As <see cref="PredictedLoss"/> with the gradient's term g δ, the paper's whole estimate. It promises
    /// gains that do not add up when many weights go: to compare with.
    /// </summary>
    PredictedLossWithGradient,
}

/// <summary>How weights are chosen that a model can do without.</summary>
public sealed record PruneOptions
{
    /// <summary>Which weights go first. Default <see cref="PruneOrder.PredictedLoss"/>.</summary>
    public PruneOrder Order { get; init; }

    /// <summary>In how many rounds of equal size weights are removed by predicted loss, 1 or more: costs are measured
    /// anew in each. Default 1.
    /// </summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Random directions that Hessian and glass density are measured in, 1 or more, two gradients each.
    /// Default 64.</summary>
    public int Directions { get; init; } = 64;

    /// <summary>The distance σ, above 0, at which they are measured. Default 1e-2.</summary>
    public double Radius { get; init; } = 1e-2;

    /// <summary>Seed of the directions, and of <see cref="PruneOrder.Random"/>. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Ends the work with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Lists every value outside its range, with the range.</exception>
    public void Validate() => new OptionErrors()
        .Defined(nameof(Order), Order)
        .AtLeast<int>(nameof(Rounds), Rounds, 1)
        .AtLeast<int>(nameof(Directions), Directions, 1)
        .Positive(nameof(Radius), Radius)
        .ThrowIfAny();
}
