using Alice.ML.Optimization.Options;
using TorchSharp;

namespace Alice.ML.Optimization;

/// <summary>
/// Constants of the Alice update (Duersch, Catanach, Safonov, Wendt, <i>Curvature in the Looking-Glass</i>, arXiv
/// 2411.16914). Immutable; the plain defaults are the paper's. Change one with a <c>with</c> expression.
/// </summary>
public sealed record AliceOptimizerOptions
{
    /// <summary>The constants of the paper: the plain defaults of this type.</summary>
    public static AliceOptimizerOptions Published { get; } = new();

    /// <summary>Constants for tables, the default of the trainers: full steps (φ = ω = 1), glass and a root-mean-square
    /// Hessian scaled by 0.3, a fixed perturbation radius of 1e-3, and steps between half and three times those of
    /// Adam. Learning rate 3e-3.</summary>
    public static AliceOptimizerOptions Tabular { get; } = new()
    {
        LearningRate = 3e-3,
        Beta1 = 0.95,
        Beta2 = 0.995,
        StepFraction = 1,
        MinimumStep = 0.5,
        MaximumStep = 3,
        StartingSteps = 1,
        HessianEstimate = HessianEstimate.RootMeanSquare,
        HessianScale = 0.3,
        QuickSteps = 7,
        PerturbationRadius = 1e-3,
        AverageSampleGradients = true,
    };

    /// <summary>Constants for other networks (convolutions, LSTM, transformers), the default of
    /// <see cref="AliceOptimizer"/>: those of <see cref="Tabular"/> with a learning rate of 1e-3.</summary>
    public static AliceOptimizerOptions General { get; } = Tabular with { LearningRate = 1e-3 };

    /// <summary>Learning rate lr, above 0. It scales the step bounds. Default 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>
    /// β₁, decay of the mean gradient, 0 to below 1. Default 0.9.
    /// </summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂, decay of the mean squared gradient and of the curvature, between 0 and 1. Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Number of first steps, 1 or more, that only fill the averages, with three gradients each; parameters do
    /// not move. Null, the default, is 1/(1 − β₁), as published.</summary>
    public int? StartingSteps { get; init; }

    /// <summary>ε, above 0: keeps quotients finite. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>λ₁ ≥ 0: weight of the sum of absolute values in the loss. Steps stay bounded, as
    /// <see cref="StepBound.Adam"/> says. Default 0.
    /// </summary>
    public double L1Regularization { get; init; }

    /// <summary>λ₂ ≥ 0: weight of half the sum of squares in the loss. Steps stay bounded, as
    /// <see cref="StepBound.Adam"/> says. Default 0.
    /// </summary>
    public double L2Regularization { get; init; }

    /// <summary>
    /// φ in (0, 2): fraction of each step by which the parameters move. Null, the default, is 1 − β₁.
    /// </summary>
    public double? StepFraction { get; init; }

    /// <summary>ω above 0: fraction of each step after which the next gradient is evaluated. Default 1.</summary>
    public double LookAhead { get; init; } = 1;

    /// <summary>Unit of MinimumStep and MaximumStep. Default Adam.</summary>
    public StepBound StepBound { get; init; } = StepBound.Adam;

    /// <summary>Lower bound of a step, as a multiple of <see cref="LearningRate"/> in units of <see cref="StepBound"/>,
    /// 0 or more. Default 0.
    /// </summary>
    public double MinimumStep { get; init; }

    /// <summary>Upper bound of a step, as a multiple of <see cref="LearningRate"/> in units of <see cref="StepBound"/>,
    /// at least MinimumStep. Default 2.
    /// </summary>
    public double MaximumStep { get; init; } = 2;

    /// <summary>Whether the bounds follow a schedule of the learning rate. If false, they stay multiples of
    /// <see cref="LearningRate"/>. Default true.</summary>
    public bool ScaleBoundsWithLearningRate { get; init; } = true;

    /// <summary>How the curvature is estimated from sampled gradients. Default Absolute.</summary>
    public HessianEstimate HessianEstimate { get; init; } = HessianEstimate.Absolute;

    /// <summary>Factor on the averaged curvature in the step, above 0. Default 1. Not in the paper.</summary>
    public double HessianScale { get; init; } = 1;

    /// <summary>Whether the density of gradient jumps (glass) shortens steps. Default true.</summary>
    public bool UseGlass { get; init; } = true;

    /// <summary>Factor on the glass density in the step, above 0. Default 1. Not in the paper.</summary>
    public double GlassScale { get; init; } = 1;

    /// <summary>
    /// k ≥ 0: number of quick steps (one gradient evaluation) between two sample steps (three). Default 3. At most so
    /// many that (k + 1)(1 − β₂) ≤ 1.
    /// </summary>
    public int QuickSteps { get; init; } = 3;

    /// <summary>σ above 0: distance, in every parameter, of the two extra gradients of a sample step from the
    /// look-ahead point. Null, the default, follows the current learning rate, as published.
    /// </summary>
    public double? PerturbationRadius { get; init; }

    /// <summary>
    /// Whether a sample step learns from the mean of its three gradients, instead of the middle one. Default
    /// false. Not in the paper.
    /// </summary>
    public bool AverageSampleGradients { get; init; }

    /// <summary>
    /// Generator of the random directions: one number is drawn from it when the optimizer is made.
    /// Null, the default, gives the same directions in every run.
    /// </summary>
    public torch.Generator? Generator { get; init; }

    /// <summary>φ as used: <see cref="StepFraction"/>, or 1 − β₁.</summary>
    internal double EffectiveStepFraction => StepFraction ?? 1 - Beta1;

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Lists every value outside its range, with the range.</exception>
    public void Validate() => AliceOptimizerOptionsValidator.Validate(this);
}
