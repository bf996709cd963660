using Alice.ML.Optimization;
using Alice.ML.Optimization.Update;
using TorchSharp;

namespace Alice.ML.Tests.Optimization;

[TestClass]
public class OptionsTests
{
    [TestMethod]
    public void Published_options_are_the_constants_of_the_paper()
    {
        var options = AliceOptimizerOptions.Published;
        Assert.AreEqual(new AliceOptimizerOptions(), options);
        Assert.AreEqual(1e-3, options.LearningRate);
        Assert.AreEqual(0.9, options.Beta1);
        Assert.AreEqual(0.999, options.Beta2);
        Assert.AreEqual(1e-8, options.Epsilon);
        Assert.AreEqual(0, options.L1Regularization);
        Assert.AreEqual(0, options.L2Regularization);
        Assert.IsNull(options.StepFraction);
        Assert.AreEqual(1, options.LookAhead);
        Assert.AreEqual(StepBound.Adam, options.StepBound);
        Assert.AreEqual(0, options.MinimumStep);
        Assert.AreEqual(2, options.MaximumStep);
        Assert.IsTrue(options.ScaleBoundsWithLearningRate);
        Assert.AreEqual(HessianEstimate.Absolute, options.HessianEstimate);
        Assert.AreEqual(1, options.HessianScale);
        Assert.IsTrue(options.UseGlass);
        Assert.AreEqual(3, options.QuickSteps);
        Assert.IsNull(options.PerturbationRadius);
        Assert.IsFalse(options.AverageSampleGradients);
        Assert.IsNull(options.StartingSteps);
        Assert.AreEqual(1, options.GlassScale);
        Assert.IsNull(options.Generator);
    }

    [TestMethod]
    public void Tabular_options_are_those_that_were_measured()
    {
        var expected = new AliceOptimizerOptions
        {
            LearningRate = 3e-3,
            Beta1 = 0.95,
            Beta2 = 0.995,
            StepFraction = 1,
            MinimumStep = 0.5,
            MaximumStep = 3,
            StartingSteps = 1,
            QuickSteps = 7,
            HessianEstimate = HessianEstimate.RootMeanSquare,
            HessianScale = 0.3,
            PerturbationRadius = 1e-3,
            AverageSampleGradients = true,
        };
        Assert.AreEqual(expected, AliceOptimizerOptions.Tabular);
        AliceOptimizerOptions.Tabular.Validate();
    }

    [TestMethod]
    public void Null_options_follow_the_others()
    {
        var step = AliceStep.Create(new() { LearningRate = 0.02, Beta1 = 0.75 }, 0.01, 100);
        Assert.AreEqual(0.25, step.StepFraction);
        Assert.AreEqual(0.01, step.PerturbationRadius);
        Assert.AreEqual(0.02, step.UpperBound, 1e-15);
    }

    [TestMethod]
    public void Bounds_keep_their_ratio_to_the_learning_rate_unless_switched_off()
    {
        AliceOptimizerOptions options = new()
        {
            LearningRate = 0.1,
            MinimumStep = 0.5,
            MaximumStep = 4,
        };
        var step = AliceStep.Create(options, 0.01, 100);
        Assert.AreEqual((0.005, 0.04), (Math.Round(step.LowerBound, 12), Math.Round(step.UpperBound, 12)));
        step = AliceStep.Create(options with { ScaleBoundsWithLearningRate = false }, 0.01, 100);
        Assert.AreEqual((0.05, 0.4), (step.LowerBound, step.UpperBound));
    }

    public static IEnumerable<object[]> Mistakes()
    {
        var o = AliceOptimizerOptions.Published;
        const string positive = "a finite number above 0", notNegative = "a finite number, 0 or more";
        const double infinity = double.PositiveInfinity;
        const string fraction = "between 0 and 1, both excluded";
        foreach (var (text, value) in new[] { ("0", 0.0), ("-1", -1), ("NaN", double.NaN), ("Infinity", infinity) })
        {
            yield return [o with { LearningRate = value },
                $"LearningRate is {text}; it must be {positive}."];
            yield return [o with { Epsilon = value }, $"Epsilon is {text}; it must be {positive}."];
            yield return [o with { LookAhead = value }, $"LookAhead is {text}; it must be {positive}."];
            yield return [o with { HessianScale = value }, $"HessianScale is {text}; it must be {positive}."];
            yield return [o with { GlassScale = value }, $"GlassScale is {text}; it must be {positive}."];
            yield return [o with { PerturbationRadius = value },
                $"PerturbationRadius is {text}; it must be a finite number above 0, or null for the learning rate."];
        }
        foreach (var (text, value) in new[] { ("-0.1", -0.1), ("1", 1), ("NaN", double.NaN) })
            yield return [o with { Beta1 = value }, $"Beta1 is {text}; it must be 0 or more and below 1."];
        foreach (var (text, value) in new[] { ("0", 0.0), ("1", 1), ("NaN", double.NaN) })
        {
            yield return [o with { Beta2 = value, QuickSteps = 0 }, $"Beta2 is {text}; it must be {fraction}."];
        }
        foreach (var (text, value) in new[] { ("-0.5", -0.5), ("NaN", double.NaN), ("Infinity", infinity) })
        {
            yield return [o with { L1Regularization = value },
                $"L1Regularization is {text}; it must be {notNegative}."];
            yield return [o with { L2Regularization = value },
                $"L2Regularization is {text}; it must be {notNegative}."];
        }
        foreach (var (text, value) in new[] { ("0", 0.0), ("2", 2), ("NaN", double.NaN) })
            yield return [o with { StepFraction = value },
                $"StepFraction is {text}; it must be between 0 and 2, both excluded, or null for 1 − Beta1."];
        yield return [o with { MinimumStep = -1 }, $"MinimumStep is -1; it must be {notNegative}."];
        foreach (var (text, value) in new[] { ("0.4", 0.4), ("NaN", double.NaN), ("Infinity", infinity) })
            yield return [o with { MinimumStep = 0.5, MaximumStep = value },
                $"MaximumStep is {text}; it must be a finite number above 0, not below MinimumStep (0.5)."];
        yield return [o with { StepBound = (StepBound)7 }, "StepBound is 7; it must be Fixed, Sgdm or Adam."];
        yield return [o with { HessianEstimate = (HessianEstimate)9 },
            "HessianEstimate is 9; it must be Zero, Absolute, RootMeanSquare or Signed."];
        yield return [o with { HessianEstimate = HessianEstimate.Zero, UseGlass = false },
            "UseGlass is False; it must be true where HessianEstimate is Zero: a step needs one of the two."];
        yield return [o with { StartingSteps = 0 },
            "StartingSteps is 0; it must be 1 or more, or null for 1 / (1 − Beta1)."];
        yield return [o with { QuickSteps = -1 }, "QuickSteps is -1; it must be 0 or more."];
        yield return [o with { QuickSteps = 9, Beta2 = 0.5 },
            "QuickSteps is 9; it must be such that (QuickSteps + 1)(1 − Beta2), now 5, is at most 1."];
    }

    [TestMethod]
    [DynamicData(nameof(Mistakes))]
    public void A_value_out_of_range_is_named_with_the_range(AliceOptimizerOptions options, string message)
    {
        var error = Assert.ThrowsExactly<ArgumentException>(options.Validate);
        Assert.AreEqual("The Alice options are not valid:" + Environment.NewLine + "  " + message, error.Message);
    }

    public static IEnumerable<object[]> Limits()
    {
        var o = AliceOptimizerOptions.Published;
        const double least = double.Epsilon, most = double.MaxValue, below1 = 1 - 1e-12;
        yield return [o with { LearningRate = least, Epsilon = least, LookAhead = least, HessianScale = least,
            GlassScale = least, PerturbationRadius = least }];
        yield return [o with { LearningRate = most, Epsilon = most, LookAhead = most, HessianScale = most,
            GlassScale = most, PerturbationRadius = most, L1Regularization = most, L2Regularization = most }];
        yield return [o with { Beta1 = 0, StepFraction = least, StartingSteps = 1, MinimumStep = 0,
            MaximumStep = least }];
        yield return [o with { Beta1 = below1, Beta2 = below1, StepFraction = 2 - 1e-12, StartingSteps = int.MaxValue,
            MinimumStep = most, MaximumStep = most }];
        // (k + 1)(1 − β₂) is 1, and so it is but for rounding.
        yield return [o with { Beta2 = 0.5, QuickSteps = 1 }];
        yield return [o with { Beta2 = 0.9, QuickSteps = 9 }];
        yield return [o with { Beta2 = 1e-12, QuickSteps = 0 }];
        yield return [o with { UseGlass = false, HessianEstimate = HessianEstimate.Signed,
            StepBound = StepBound.Fixed }];
        yield return [o with { UseGlass = true, HessianEstimate = HessianEstimate.Zero, StepBound = StepBound.Sgdm }];
    }

    [TestMethod]
    [DynamicData(nameof(Limits))]
    public void Values_on_the_limit_of_their_range_are_valid(AliceOptimizerOptions options) => options.Validate();

    [TestMethod]
    public void Every_mistake_is_reported_at_once()
    {
        var options = new AliceOptimizerOptions { Beta1 = 1, Epsilon = 0, QuickSteps = -3 };
        var error = Assert.ThrowsExactly<ArgumentException>(options.Validate);
        Assert.HasCount(4, error.Message.Split(Environment.NewLine));
        foreach (var name in new[] { "Beta1 is 1;", "Epsilon is 0;", "QuickSteps is -3;" })
            Assert.Contains(name, error.Message);
    }

    [TestMethod]
    public void The_optimizer_refuses_invalid_options()
    {
        using var parameter = torch.nn.Parameter(torch.zeros(1));
        Assert.ThrowsExactly<ArgumentException>(() => new AliceOptimizer([parameter], new() { Beta1 = 3 }));
        Assert.ThrowsExactly<ArgumentException>(() => new AliceOptimizer.ParamGroup([parameter], new() { Beta2 = 3 }));
    }
}
