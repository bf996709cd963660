namespace Alice.ML.Optimization.Update;

/// <summary>The constants of one step, computed once in double precision from the options, the learning rate and the
/// number of the step.</summary>
internal readonly record struct AliceStep
{
    /// <summary>The number of the step, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>Whether the step has three gradients instead of one.</summary>
    public required bool IsSample { get; init; }

    /// <summary>Whether parameters move. In the first steps, only the averages change.</summary>
    public required bool Moves { get; init; }

    public required double LearningRate { get; init; }

    /// <summary>σ: the distance of the outer points of a sample step, in every parameter.</summary>
    public required double PerturbationRadius { get; init; }

    /// <summary>β₁′: decay rate of the mean gradient in this step.</summary>
    public required double GradientMemory { get; init; }

    /// <summary>β₂′: decay rate of the mean squared gradient in this step.</summary>
    public required double SecondMomentMemory { get; init; }

    /// <summary>β₃′: decay rate of Hessian and glass density in this step.</summary>
    public required double CurvatureMemory { get; init; }

    public required double Epsilon { get; init; }

    public required double L1 { get; init; }

    public required double L2 { get; init; }

    /// <summary>φ.</summary>
    public required double StepFraction { get; init; }

    /// <summary>ω.</summary>
    public required double LookAhead { get; init; }

    public required StepBound Bound { get; init; }

    /// <summary>Lower bound of a step, in units of <see cref="Bound"/>.</summary>
    public required double LowerBound { get; init; }

    /// <summary>Upper bound of a step, in units of <see cref="Bound"/>.</summary>
    public required double UpperBound { get; init; }

    /// <summary>The largest q/√s that gradients alone can give. It limits f if there is regularization.</summary>
    public required double LargestUnit { get; init; }

    public required HessianEstimate Hessian { get; init; }

    public required double HessianScale { get; init; }

    /// <summary>Factor c in α = c · ρ/q, in the closed form of the step. 0 without glass.</summary>
    public required double GlassFactor { get; init; }

    /// <summary>Whether the averages use the mean of three gradients.</summary>
    public required bool AveragesGradients { get; init; }

    // 9/8 · 2/(3π).
    private const double PublishedGlassFactor = 3 / (4 * Math.PI);

    /// <summary>Computes the constants of a step.</summary>
    /// <param name="options">Valid options.</param>
    /// <param name="learningRate">The learning rate of this step.</param>
    /// <param name="number">Number of the step, from 1.</param>
    public static AliceStep Create(AliceOptimizerOptions options, double learningRate, long number)
    {
        var cap = (number - 1.0) / number;
        var window = Window(options);
        var period = options.QuickSteps + 1;
        var isSample = number <= window || number % period == 0;
        var boundUnit = options.ScaleBoundsWithLearningRate ? learningRate : options.LearningRate;
        return new AliceStep
        {
            Number = number,
            IsSample = isSample,
            Moves = number > window,
            LearningRate = learningRate,
            PerturbationRadius = options.PerturbationRadius ?? learningRate,
            GradientMemory = Math.Min(options.Beta1, cap),
            SecondMomentMemory = Math.Min(options.Beta2, cap),
            CurvatureMemory = Math.Max(0, Math.Min(1 - period * (1 - options.Beta2), cap)),
            Epsilon = options.Epsilon,
            L1 = options.L1Regularization,
            L2 = options.L2Regularization,
            StepFraction = options.EffectiveStepFraction,
            LookAhead = options.LookAhead,
            Bound = options.StepBound,
            LowerBound = options.MinimumStep * boundUnit,
            UpperBound = options.MaximumStep * boundUnit,
            LargestUnit = LargestRatio(options.Beta1, options.Beta2),
            Hessian = options.HessianEstimate,
            HessianScale = options.HessianScale,
            GlassFactor = options.UseGlass ? PublishedGlassFactor * options.GlassScale : 0,
            AveragesGradients = isSample && options.AverageSampleGradients,
        };
    }

    /// <summary>Whether regularization is part of the mean gradient, but not of the mean squared gradient.</summary>
    public bool IsRegularised => L1 > 0 || L2 > 0;

    /// <summary>The largest |g|/√s of any sequence of gradients. It follows from the Cauchy-Schwarz inequality for the
    /// weights (1 − β₁)β₁ⁱ in g and (1 − β₂)β₂ⁱ in s. If s decays faster than g, there is no such limit, and that of a
    /// single gradient is used.</summary>
    public static double LargestRatio(double beta1, double beta2)
    {
        var forgotten = 1 - beta1 * beta1 / beta2;
        return (1 - beta1) / Math.Sqrt((1 - beta2) * (forgotten > 0 ? forgotten : 1));
    }

    /// <summary>The same step for parameters with another step count, which determines their averages and when they
    /// start to move.</summary>
    public AliceStep As(AliceOptimizerOptions options, long number) =>
        number == Number ? this
            : Create(options, LearningRate, number) with { IsSample = IsSample, AveragesGradients = AveragesGradients };

    /// <summary>Number of steps that only fill averages. In single precision, as published: 9.99… for β₁ =
    /// 0.9.</summary>
    public static double Window(AliceOptimizerOptions options) =>
        options.StartingSteps ?? 1f / (1f - (float)options.Beta1);
}
