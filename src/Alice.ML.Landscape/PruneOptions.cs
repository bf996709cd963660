using Alice.ML.Trainers;

namespace Alice.ML.Landscape;

/// <summary>The order in which weights are removed.</summary>
public enum PruneOrder
{
    /// <summary>First the weights whose removal is predicted to raise the loss least. The prediction for a weight w is
    /// ½ h δ² + c √ρ |δ|^(3/2) with δ = −w, the diagonal h of the Hessian, the glass density ρ and c = √(2/(3π)) (arXiv
    /// 2411.16914).</summary>
    PredictedLoss,

    /// <summary>First the smallest weights, in the coordinates of training (standardized inputs and label).</summary>
    Magnitude,

    /// <summary>A random order, as a baseline.</summary>
    Random,

    /// <summary>Like <see cref="PredictedLoss"/>, but with the gradient term g δ added: the full estimate of the paper.
    /// The gains that it predicts do not add up when many weights are removed. For comparison.</summary>
    PredictedLossWithGradient,
}

/// <summary>How the weights to remove are chosen.</summary>
public sealed record PruneOptions
{
    /// <summary>The order in which weights are removed. Default <see cref="PruneOrder.PredictedLoss"/>.</summary>
    public PruneOrder Order { get; init; }

    /// <summary>Number of rounds of equal size in which weights are removed by predicted loss, 1 or more. The
    /// predictions are measured again before each round. Default 1.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Number of random directions in which the Hessian and the glass density are measured, 1 or more. Each
    /// takes two gradients. Default 64.</summary>
    public int Directions { get; init; } = 64;

    /// <summary>Distance σ at which the Hessian and the glass density are measured, above 0. Default 1e-2.</summary>
    public double Radius { get; init; } = 1e-2;

    /// <summary>Seed of the directions, and of <see cref="PruneOrder.Random"/>. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Cancels the work with an <see cref="OperationCanceledException"/>. Default: none.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">Lists every value outside its range, with the range.</exception>
    public void Validate() => new OptionErrors()
        .Defined(nameof(Order), Order)
        .AtLeast<int>(nameof(Rounds), Rounds, 1)
        .AtLeast<int>(nameof(Directions), Directions, 1)
        .Positive(nameof(Radius), Radius)
        .ThrowIfAny();
}
