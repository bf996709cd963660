using Alice.ML.Optimization;
using FsCheck;
using FsCheck.Fluent;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

[TestClass]
public class ReferenceTests
{
    private static readonly Gen<AliceOptimizerOptions> Options =
        from lr in Gen.Elements(1e-3, 1e-2, 5e-2)
        from beta1 in Gen.Elements(0.5, 0.8, 0.9, 0.95)
        from beta2 in Gen.Elements(0.99, 0.995, 0.999)
        from l1 in Gen.Elements(0, 0, 0.01)
        from l2 in Gen.Elements(0, 0, 0.05)
        from phi in Gen.Elements<double?>(null, 0.3, 1, 1.9)
        from omega in Gen.Elements(0.5, 1, 2)
        from bound in Gen.Elements(Enum.GetValues<StepBound>())
        from minimum in Gen.Elements(0, 0, 0.5)
        from maximum in Gen.Elements(2.0, 1, 5)
        from scales in Gen.Elements(true, false)
        from curvature in Gen.Elements(
            (HessianEstimate.Zero, true), (HessianEstimate.Absolute, true), (HessianEstimate.Absolute, false),
            (HessianEstimate.RootMeanSquare, true), (HessianEstimate.RootMeanSquare, false),
            (HessianEstimate.Signed, true), (HessianEstimate.Signed, false))
        from scale in Gen.Elements(1, 1, 0.3)
        from glassScale in Gen.Elements(1, 1, 0.2)
        from starting in Gen.Elements<int?>(null, null, 1, 7)
        from quick in Gen.Elements(0, 1, 3, 7)
        from radius in Gen.Elements<double?>(null, 1e-3)
        from averages in Gen.Elements(true, false)
        select new AliceOptimizerOptions
        {
            LearningRate = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            L1Regularization = l1,
            L2Regularization = l2,
            StepFraction = phi,
            LookAhead = omega,
            StepBound = bound,
            MinimumStep = minimum,
            MaximumStep = maximum,
            ScaleBoundsWithLearningRate = scales,
            HessianEstimate = curvature.Item1,
            UseGlass = curvature.Item2,
            HessianScale = scale,
            GlassScale = glassScale,
            StartingSteps = starting,
            QuickSteps = quick,
            PerturbationRadius = radius,
            AverageSampleGradients = averages,
        };

    private static readonly Gen<(AliceOptimizerOptions Options, int Seed, int Size)> Problems =
        from options in Options
        from seed in Gen.Choose(0, int.MaxValue)
        from size in Gen.Choose(1, 19)
        select (options, seed, size);

    [TestMethod]
    public void Optimizer_and_reference_agree_at_every_step_of_random_problems() =>
        Prop.ForAll(Problems.ToArbitrary(), problem => Agree(problem.Options, problem.Seed, problem.Size))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    private static void Agree(AliceOptimizerOptions options, int seed, int size)
    {
        var random = new Random(seed);
        var objective = RandomObjective(random, size);
        var theta0 = Numbers(random, size);
        var reference = new ReferenceAlice(options, theta0);
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(theta0));
        using var optimizer = new AliceOptimizer([parameter], options);
        double[] signs = [];
        optimizer.Directions = _ => tensor(signs);
        for (var n = 1; n <= 50; n++)
        {
            signs = Enumerable.Range(0, size).Select(_ => random.Next(2) * 2 - 1.0).ToArray();
            // A schedule that goes down and up again.
            var learningRate = options.LearningRate * (n % 20 < 10 ? 1 : 0.3);
            optimizer.ParamGroups.Single().LearningRate = learningRate;
            optimizer.step(objective.Closure(parameter)).Dispose();
            reference.Step(objective.Gradient, () => signs, learningRate);

            var state = optimizer.StateOf(parameter);
            Near(reference.Mu, state.Center, n);
            Near(reference.Nu, state.LookAhead, n);
            Near(reference.G, state.Gradient, n);
            Near(reference.Rho, state.GlassDensity, n);
            Near(reference.H, state.Hessian, n);
            Near(reference.S, state.SecondMoment, n);
        }
    }

    private static TraceObjective RandomObjective(Random random, int size)
    {
        var root = Enumerable.Range(0, size).Select(_ => Numbers(random, size)).ToArray();
        var a = Enumerable.Range(0, size).Select(i => Enumerable.Range(0, size)
            .Select(j => root[i].Zip(root[j], (x, y) => x * y).Sum() / size).ToArray()).ToArray();
        var w = Enumerable.Range(0, 6).Select(_ => Numbers(random, size)).ToArray();
        var c = Numbers(random, 6).Select(Math.Abs).ToArray();
        return new TraceObjective(a, Numbers(random, size), w, c, Numbers(random, 6));
    }

    private static double[] Numbers(Random random, int count) =>
        Enumerable.Range(0, count).Select(_ => random.NextDouble() * 4 - 2).ToArray();

    private static void Near(double[] expected, Tensor tensor, int step)
    {
        var actual = TraceObjective.Values(tensor);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(
                expected[i], actual[i], 1e-8 * Math.Max(1, Math.Abs(expected[i])), $"step {step}, element {i}");
    }
}
