using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>One contract for every variant of the update, objective and type.</summary>
[TestClass]
public class ContractTests
{
    private static readonly Dictionary<string, AliceOptimizerOptions> Variants = new()
    {
        ["published"] = new() { LearningRate = 0.05 },
        ["tabular"] = AliceOptimizerOptions.Tabular with { LearningRate = 0.01, MinimumStep = 0, MaximumStep = 0.9 },
        ["glass only"] = new() { LearningRate = 0.05, HessianEstimate = HessianEstimate.Zero },
        ["Hessian only"] = new() { LearningRate = 0.05, UseGlass = false },
        ["root mean square"] = new() { LearningRate = 0.05, HessianEstimate = HessianEstimate.RootMeanSquare },
        ["fixed bound"] = new() { LearningRate = 0.02, StepBound = StepBound.Fixed },
        ["momentum bound"] = new() { LearningRate = 0.01, StepBound = StepBound.Sgdm, MaximumStep = 5 },
        ["no quick steps"] = new() { LearningRate = 0.05, QuickSteps = 0 },
        ["full step"] = new() { LearningRate = 0.01, StepFraction = 1 },
    };

    // The last number is what part of the first loss may be left. The published form follows Rosenbrock's valley
    // slowly.
    private static readonly Dictionary<
        string, (double[] Start, Func<double[], double> Loss, Func<double[], double[]> Gradient, double Remaining)>
        Objectives = new()
        {
            ["parabola"] = ([1, -2, 0.5], x => x.Sum(v => v * v), x => x.Select(v => 2 * v).ToArray(), 1e-8),
            ["absolute value"] = (
            [1, -2, 0.5], x => x.Sum(Math.Abs), x => x.Select(v => (double)Math.Sign(v)).ToArray(), 1e-3),
            ["Rosenbrock"] = (
            [1.5, 2],
            x => Math.Pow(1 - x[0], 2) + 100 * Math.Pow(x[1] - x[0] * x[0], 2),
            x => [-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]), 200 * (x[1] - x[0] * x[0])],
            0.04),
        };

    public static IEnumerable<object[]> Cases =>
        from variant in Variants.Keys
        from objective in Objectives.Keys
        from dtype in new[] { ScalarType.Float32, ScalarType.Float64 }
        select new object[] { variant, objective, dtype };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Converges_keeps_its_type_and_holds_the_centre(string variant, string objective, ScalarType dtype)
    {
        var (start, loss, gradient, remaining) = Objectives[objective];
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(start, dtype));
        using var optimizer = new AliceOptimizer([parameter], Variants[variant]);
        for (var n = 0; n < 2000; n++)
        {
            using var inner = NewDisposeScope();
            if (n == 1000)
                optimizer.ParamGroups.Single().LearningRate *= 0.1;
            optimizer.step(() =>
            {
                parameter.grad = tensor(gradient(TraceObjective.Values(parameter)), dtype);
                return zeros(1);
            });
            TensorAssert.AreSame(optimizer.StateOf(parameter).Center, parameter);
        }
        Assert.AreEqual(dtype, parameter.dtype);
        Assert.IsTrue(optimizer.StateOf(parameter).All.All(t => t.dtype == dtype));
        var (first, last) = (loss(start), loss(TraceObjective.Values(parameter)));
        Assert.IsLessThan(remaining * first, last);
    }
}
