using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>The numbered facts of alice-update.md.</summary>
[TestClass]
public class FactTests
{
    private readonly int _threads = get_num_threads();

    // Small products: more threads than one only wait for each other while other tests run.
    [TestInitialize]
    public void UseOneThread() => set_num_threads(1);

    [TestCleanup]
    public void RestoreThreads() => set_num_threads(_threads);

    [TestMethod]
    public void Fact_1_glass_density_is_unbiased_for_a_Brownian_gradient()
    {
        const double density = 0.7, radius = 0.02;
        const int count = 200_000;
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var parameter = new Parameter(zeros(count, dtype: ScalarType.Float64));
        using var optimizer = new AliceOptimizer([parameter], new() { PerturbationRadius = radius });
        var centre = randn(count, dtype: ScalarType.Float64, generator: random);
        var evaluation = 0;
        optimizer.step(() =>
        {
            // Evaluations come in the order ν + σr, ν − σr, ν; from ν, Brownian motion runs independently to both
            // sides.
            var away = randn(count, dtype: ScalarType.Float64, generator: random).Scale(Math.Sqrt(density * radius));
            parameter.grad = evaluation++ < 2 ? centre.Plus(away) : centre;
            return zeros(1);
        });
        var mean = optimizer.StateOf(parameter).GlassDensity.mean().item<double>();
        // The mean of 200,000 squares of normals has a standard error of √2/√200,000 = 0.3%.
        Assert.AreEqual(density, mean, 0.015 * density);
    }

    [TestMethod]
    [DataRow(1.0, 0.1, true)]
    [DataRow(7.0, 0.7, true)]
    [DataRow(1.0, 0.5, false)]
    public void Fact_2_mean_gradient_is_that_at_the_centre_only_where_the_step_fraction_matches(
        double lookAhead, double stepFraction, bool isExact)
    {
        var objective = new TraceObjective(
            [[3, 1, 0], [1, 2, -0.5], [0, -0.5, 0.4]], [1, -2, 0.3], [], [], []);
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(new[] { 2.0, -1, 5 }));
        using var optimizer = new AliceOptimizer([parameter], new()
        {
            LearningRate = 0.05,
            LookAhead = lookAhead,
            StepFraction = stepFraction,
        });
        var worst = 0.0;
        for (var n = 1; n <= 200; n++)
        {
            var expected = objective.Gradient(TraceObjective.Values(parameter));
            optimizer.step(objective.Closure(parameter));
            var actual = TraceObjective.Values(optimizer.StateOf(parameter).Gradient);
            worst = Math.Max(worst, expected.Zip(actual, (e, a) => Math.Abs(e - a)).Max());
        }
        if (isExact)
            Assert.IsLessThan(1e-12, worst);
        else
            Assert.IsGreaterThan(1e-3, worst);
    }

    [TestMethod]
    public void Fact_3_equal_bounds_give_the_step_length_of_Adam()
    {
        var options = new AliceOptimizerOptions
        {
            LearningRate = 0.01,
            MinimumStep = 1,
            MaximumStep = 1,
            StepFraction = 1,
        };
        var trace = ConformanceTrace.Read("defaults.json");
        using var scope = NewDisposeScope();
        var parameter = new Parameter(tensor(trace.Theta0));
        using var optimizer = new AliceOptimizer([parameter], options);
        for (var n = 1; n <= 60; n++)
        {
            var before = TraceObjective.Values(parameter);
            optimizer.step(trace.Objective.Closure(parameter));
            var after = TraceObjective.Values(parameter);
            var g = TraceObjective.Values(optimizer.StateOf(parameter).Gradient);
            var s = TraceObjective.Values(optimizer.StateOf(parameter).SecondMoment);
            for (var i = 0; n >= 10 && i < g.Length; i++)
                Assert.AreEqual(
                    0.01 * Math.Abs(g[i]) / (Math.Sqrt(s[i]) + 1e-8), Math.Abs(after[i] - before[i]), 1e-14);
        }
    }

    [TestMethod]
    public void The_signed_estimate_averages_to_the_diagonal_of_the_Hessian()
    {
        // ½ xᵀAx with A = [[3, 2], [2, -1]]: over all four pairs of signs the other elements cancel.
        using var scope = NewDisposeScope();
        var a = tensor(new[] { 3.0, 2, 2, -1 }, 2, 2);
        var parameter = new Parameter(tensor(new[] { 0.4, -0.7 }));
        using var optimizer = new AliceOptimizer(
            [parameter], new() { HessianEstimate = HessianEstimate.Signed, StartingSteps = 4 });
        for (var n = 0; n < 4; n++)
        {
            var signs = new[] { n % 2 * 2 - 1.0, n / 2 * 2 - 1.0 };
            optimizer.Directions = _ => tensor(signs);
            optimizer.step(() =>
            {
                parameter.grad?.zero_();
                var loss = parameter.dot(a.mv(parameter)) / tensor(2.0);
                loss.backward();
                return loss;
            });
        }
        var hessian = TraceObjective.Values(optimizer.StateOf(parameter).Hessian);
        Assert.AreEqual(3, hessian[0], 1e-9);
        Assert.AreEqual(-1, hessian[1], 1e-9);
        Assert.AreEqual(2, optimizer.CurvatureSummary()[0].MeanHessian, 1e-9, "the mean of their sizes");
    }

    [TestMethod]
    [DataRow("relu", 0.8, 1.3)]
    [DataRow("tanh", 3.7, 4.4)]
    public void Fact_4_gradient_jumps_grow_with_distance_as_the_activation_says(
        string activation, double least, double most)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var inputs = randn(256, 8, dtype: ScalarType.Float64, generator: random);
        var labels = (inputs[.., 0] * tensor(2.0)).sin().Plus(inputs[.., 1] * inputs[.., 2]);
        using var network = nn.Sequential(
            nn.Linear(8, 64, dtype: ScalarType.Float64), Activation(),
            nn.Linear(64, 64, dtype: ScalarType.Float64), Activation(),
            nn.Linear(64, 1, dtype: ScalarType.Float64));
        foreach (var parameter in network.parameters())
            using (no_grad())
                parameter.copy_(rand(parameter.shape, dtype: ScalarType.Float64, generator: random).Scale(2).Shift(-1)
                    / tensor(Math.Sqrt(parameter.shape[^1])));
        // Steps at most twice Adam's: longer ones lead to flatter places, where the smooth part shows at large radii.
        var training = AliceOptimizerOptions.Tabular with
        {
            UseGlass = false,
            MaximumStep = 2,
            QuickSteps = 3,
            StartingSteps = null
        };
        using (var trainer = new AliceOptimizer(network.parameters(), training))
            for (var n = 0; n < 150; n++)
                trainer.step(Evaluate).Dispose();

        var points = new List<(double LogRadius, double LogSquare)>();
        // A small radius crosses few boundaries: take the mean over more directions.
        foreach (var (radius, directions) in new[] { (3e-5, 150), (1e-4, 60), (3e-4, 20), (1e-3, 10), (3e-3, 10) })
        {
            // Parameters rest in the first 200 steps, and the density is the plain mean of 2d²/σ over them.
            using var probe = new AliceOptimizer(network.parameters(), new()
            {
                PerturbationRadius = radius,
                Generator = random,
                Beta1 = 0.995,
                Beta2 = 0.9999,
                QuickSteps = 0,
            });
            for (var n = 0; n < directions; n++)
                probe.step(Evaluate).Dispose();
            points.Add((Math.Log(radius), Math.Log(probe.CurvatureSummary()[0].MeanGlassDensity * radius / 2)));
        }
        var (x, y) = (points.Average(p => p.LogRadius), points.Average(p => p.LogSquare));
        var slope = points.Sum(p => (p.LogRadius - x) * (p.LogSquare - y))
            / points.Sum(p => Math.Pow(p.LogRadius - x, 2));
        Assert.IsInRange(least, most, slope);

        nn.Module<Tensor, Tensor> Activation() => activation == "relu" ? nn.ReLU() : nn.Tanh();

        Tensor Evaluate()
        {
            using var inner = NewDisposeScope();
            network.zero_grad();
            var error = network.forward(inputs).view(-1) - labels;
            var loss = (error * error).mean();
            loss.backward();
            return loss.MoveToOuterDisposeScope();
        }
    }
}
