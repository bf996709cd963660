using Alice.ML.Optimization.Options;
using TorchSharp;

namespace Alice.ML.Optimization;

/// <summary>Constants of the Alice update (Duersch, Catanach, Safonov, Wendt, <i>Curvature in the Looking-Glass</i>,
/// arXiv 2411.16914). The defaults of this type are those of the paper. Instances are immutable: change a value with a
/// <c>with</c> expression.</summary>
public sealed record AliceOptimizerOptions
{
    /// <summary>The constants of the paper, which are the defaults of this type.</summary>
    public static AliceOptimizerOptions Published { get; } = new();

    /// <summary>Constants for tabular data, the default of the trainers. They use full steps (φ = ω = 1), glass and a
    /// root-mean-square Hessian scaled by 0.3, a fixed perturbation radius of 1e-3, and step bounds of half and three
    /// times Adam's step. The learning rate is 3e-3.</summary>
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

    /// <summary>Constants for other networks (convolutional networks, LSTMs, transformers), the default of
    /// <see cref="AliceOptimizer"/>. They equal <see cref="Tabular"/> with a learning rate of 1e-3.</summary>
    public static AliceOptimizerOptions General { get; } = Tabular with { LearningRate = 1e-3 };

    /// <summary>Learning rate, above 0. It scales the step bounds. Default 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Decay rate β₁ of the mean gradient, from 0 to below 1. Default 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay rate β₂ of the mean squared gradient and of the curvature, between 0 and 1 (both excluded).
    /// Default 0.999.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Number of initial steps that only fill the averages, 1 or more. They evaluate three gradients each and
    /// do not move the parameters. Default null: 1/(1 − β₁), as published.</summary>
    public int? StartingSteps { get; init; }

    /// <summary>Constant ε that keeps quotients finite, above 0. Default 1e-8.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>L1 regularization λ₁, 0 or more: adds λ₁ · Σ|w| to the loss. Steps remain bounded, see
    /// <see cref="StepBound.Adam"/>. Default 0.</summary>
    public double L1Regularization { get; init; }

    /// <summary>L2 regularization λ₂, 0 or more: adds λ₂ · ½ Σw² to the loss. Steps remain bounded, see
    /// <see cref="StepBound.Adam"/>. Default 0.</summary>
    public double L2Regularization { get; init; }

    /// <summary>Fraction φ of each step by which the parameters move, between 0 and 2 (both excluded). Default null: 1
    /// − β₁.</summary>
    public double? StepFraction { get; init; }

    /// <summary>Look-ahead ω: the fraction of each step at which the next gradient is evaluated, above 0. Default
    /// 1.</summary>
    public double LookAhead { get; init; } = 1;

    /// <summary>Unit of <see cref="MinimumStep"/> and <see cref="MaximumStep"/>. Default
    /// <see cref="StepBound.Adam"/>.</summary>
    public StepBound StepBound { get; init; } = StepBound.Adam;

    /// <summary>Lower bound of a step, as a multiple of <see cref="LearningRate"/> in units of <see cref="StepBound"/>,
    /// 0 or more. Default 0.
    /// </summary>
    public double MinimumStep { get; init; }

    /// <summary>Upper bound of a step, as a multiple of <see cref="LearningRate"/> in units of <see cref="StepBound"/>,
    /// above 0 and not below <see cref="MinimumStep"/>. Default 2.</summary>
    public double MaximumStep { get; init; } = 2;

    /// <summary>Whether the step bounds follow the current learning rate of a schedule. If false, they remain multiples
    /// of the initial <see cref="LearningRate"/>. Default true.</summary>
    public bool ScaleBoundsWithLearningRate { get; init; } = true;

    /// <summary>How the curvature is estimated from the gradients of sample steps. Default
    /// <see cref="HessianEstimate.Absolute"/>.</summary>
    public HessianEstimate HessianEstimate { get; init; } = HessianEstimate.Absolute;

    /// <summary>Factor that multiplies the averaged curvature in the step, above 0. Not in the paper. Default
    /// 1.</summary>
    public double HessianScale { get; init; } = 1;

    /// <summary>Whether the glass density, the density of gradient jumps, shortens steps. Cannot be false if
    /// <see cref="HessianEstimate"/> is Zero. Default true.</summary>
    public bool UseGlass { get; init; } = true;

    /// <summary>Factor that multiplies the glass density in the step, above 0. Not in the paper. Default 1.</summary>
    public double GlassScale { get; init; } = 1;

    /// <summary>Number k of quick steps between two sample steps, 0 or more. A quick step evaluates one gradient, a
    /// sample step three. (k + 1)(1 − β₂) must be at most 1. Default 3.</summary>
    public int QuickSteps { get; init; } = 3;

    /// <summary>Perturbation radius σ, above 0: the distance, in every parameter, between the look-ahead point and the
    /// two other points of a sample step. Default null: the current learning rate, as published.</summary>
    public double? PerturbationRadius { get; init; }

    /// <summary>Whether a sample step uses the mean of its three gradients instead of the gradient at the look-ahead
    /// point. Not in the paper. Default false.</summary>
    public bool AverageSampleGradients { get; init; }

    /// <summary>Generator that seeds the random directions. One number is drawn from it when the optimizer is created.
    /// Default null: the same directions in every run.</summary>
    public torch.Generator? Generator { get; init; }

    /// <summary>φ as used: <see cref="StepFraction"/>, or 1 − β₁.</summary>
    internal double EffectiveStepFraction => StepFraction ?? 1 - Beta1;

    /// <summary>Checks all values.</summary>
    /// <exception cref="ArgumentException">Lists every value outside its range, with the range.</exception>
    public void Validate() => AliceOptimizerOptionsValidator.Validate(this);
}
