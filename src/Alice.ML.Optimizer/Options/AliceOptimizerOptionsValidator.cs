using System.Globalization;

namespace Alice.ML.Optimization.Options;

/// <summary>The ranges of <see cref="AliceOptimizerOptions"/>.</summary>
internal static class AliceOptimizerOptionsValidator
{
    /// <exception cref="ArgumentException">Lists every value outside its range, with the range.</exception>
    public static void Validate(AliceOptimizerOptions options)
    {
        var errors = Errors(options).ToList();
        if (errors.Count > 0)
            throw new ArgumentException(
                "The Alice options are not valid:" + string.Concat(errors.Select(e => Environment.NewLine + "  " + e)));
    }

    /// <summary>One line per value outside its range, starting with the name of the option.</summary>
    public static IEnumerable<string> Errors(AliceOptimizerOptions o)
    {
        var invariant = CultureInfo.InvariantCulture;
        var memoryLoss = (o.QuickSteps + 1.0) * (1 - o.Beta2);
        return new[]
        {
            Positive(nameof(o.LearningRate), o.LearningRate),
            Check(o.Beta1 is >= 0 and < 1, nameof(o.Beta1), o.Beta1, "0 or more and below 1"),
            Check(o.Beta2 is > 0 and < 1, nameof(o.Beta2), o.Beta2, "between 0 and 1, both excluded"),
            Check(o.StartingSteps is null or >= 1, nameof(o.StartingSteps), o.StartingSteps,
                "1 or more, or null for 1 / (1 − Beta1)"),
            Positive(nameof(o.Epsilon), o.Epsilon),
            NotNegative(nameof(o.L1Regularization), o.L1Regularization),
            NotNegative(nameof(o.L2Regularization), o.L2Regularization),
            Check(o.StepFraction is null or (> 0 and < 2), nameof(o.StepFraction), o.StepFraction,
                "between 0 and 2, both excluded, or null for 1 − Beta1"),
            Positive(nameof(o.LookAhead), o.LookAhead),
            Check(Enum.IsDefined(o.StepBound), nameof(o.StepBound), o.StepBound, "Fixed, Sgdm or Adam"),
            NotNegative(nameof(o.MinimumStep), o.MinimumStep),
            Check(o.MaximumStep is > 0 and < double.PositiveInfinity
                && !(o.MaximumStep < o.MinimumStep), nameof(o.MaximumStep), o.MaximumStep,
                string.Create(invariant, $"a finite number above 0, not below MinimumStep ({o.MinimumStep})")),
            Check(Enum.IsDefined(o.HessianEstimate), nameof(o.HessianEstimate), o.HessianEstimate,
                "Zero, Absolute, RootMeanSquare or Signed"),
            Positive(nameof(o.HessianScale), o.HessianScale),
            Check(o.UseGlass || o.HessianEstimate != HessianEstimate.Zero, nameof(o.UseGlass), o.UseGlass,
                "true where HessianEstimate is Zero: a step needs one of the two"),
            Positive(nameof(o.GlassScale), o.GlassScale),
            Check(o.QuickSteps >= 0, nameof(o.QuickSteps), o.QuickSteps, "0 or more"),
            Check(o.QuickSteps < 0 || !(memoryLoss > 1 + 1e-9), nameof(o.QuickSteps), o.QuickSteps,
                string.Create(invariant, $"such that (QuickSteps + 1)(1 − Beta2), now {memoryLoss:g4}, is at most 1")),
            Check(o.PerturbationRadius is null or (> 0 and < double.PositiveInfinity), nameof(o.PerturbationRadius),
                o.PerturbationRadius, "a finite number above 0, or null for the learning rate"),
        }.OfType<string>();
    }

    private static string? Positive(string name, double value) =>
        Check(value is > 0 and < double.PositiveInfinity, name, value, "a finite number above 0");

    private static string? NotNegative(string name, double value) =>
        Check(value is >= 0 and < double.PositiveInfinity, name, value, "a finite number, 0 or more");

    private static string? Check(bool valid, string name, object? value, string allowed) =>
        valid ? null : string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be {allowed}.");
}
