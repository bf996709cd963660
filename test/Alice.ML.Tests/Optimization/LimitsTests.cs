using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>Gradients of any size, weights that only regularisation reaches, and no weights at all.</summary>
[TestClass]
public class LimitsTests
{
    private static readonly AliceOptimizerOptions[] Presets =
        [AliceOptimizerOptions.Published, AliceOptimizerOptions.Tabular, AliceOptimizerOptions.General];

    public static IEnumerable<object[]> LargeGradients =>
        from preset in Presets
        from estimate in Enum.GetValues<HessianEstimate>()
        from bound in Enum.GetValues<StepBound>()
        from onDevice in new[] { false, true }
        select new object[] { preset with { HessianEstimate = estimate, StepBound = bound }, onDevice };

    [TestMethod]
    [DynamicData(nameof(LargeGradients))]
    public void Any_finite_gradient_leaves_finite_parameters_and_averages(AliceOptimizerOptions options, bool onDevice)
    {
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
            foreach (var size in dtype == ScalarType.Float32 ? [1.9e19, 1e30, float.MaxValue]
                : new[] { 1e160, 1e300, double.MaxValue })
            {
                using var scope = NewDisposeScope();
                var parameter = new Parameter(ones(11, dtype: dtype));
                using var optimizer = new AliceOptimizer([parameter], options) { DefersFiniteCheck = onDevice };
                for (var n = 0; n < 45; n++)
                {
                    var call = 0;
                    optimizer.step(() =>
                    {
                        // One large minibatch among small ones, its gradients of both signs.
                        parameter.grad = n == 30
                            ? ones(11, dtype: dtype) * tensor(call++ % 2 == 0 ? size : -size, dtype)
                            : ones(11, dtype: dtype);
                        return zeros(1);
                    });
                    foreach (var values in optimizer.StateOf(parameter).All.Append(parameter))
                        Assert.IsTrue(values.detach().isfinite().all().item<bool>(), $"{dtype} {size} step {n}");
                }
                Assert.AreEqual((45L, 0L), (optimizer.StepCount, optimizer.SkippedSteps));
                // With Adam's bound not even this minibatch moves a parameter far.
                if (options.StepBound == StepBound.Adam)
                    Assert.IsInRange(0.0, 2.0, parameter.detach().to(ScalarType.Float64)[0].item<double>());
            }
    }

    [TestMethod]
    [DataRow(ScalarType.Float32, 1e30, 1e18)]
    [DataRow(ScalarType.Float64, 1e30, 1e30)]
    [DataRow(ScalarType.Float64, 1e200, 1e150)]
    public void Averages_count_a_gradient_as_no_larger_than_the_limit_of_its_type(
        ScalarType dtype, double size, double counted)
    {
        foreach (var sign in new[] { 1, -1 })
            foreach (var onDevice in new[] { false, true })
                foreach (var estimate in Enum.GetValues<HessianEstimate>())
                {
                    using var scope = NewDisposeScope();
                    using var state = new AliceState(zeros(3, dtype: dtype));
                    var step = AliceStep.Create(
                        new() { HessianEstimate = estimate, PerturbationRadius = 0.5 }, 1e-3, 1);
                    var gradient = ones(3, dtype: dtype) * tensor(sign * size, dtype);
                    var zero = zeros_like(gradient);
                    var finite = onDevice ? tensor(true) : null;
                    AliceUpdate.Move(state, gradient, step, finite);
                    Near(sign * counted, state.Gradient);
                    Near(counted * counted, state.SecondMoment);
                    // ĥ = (G₊ − G₋) / 2σ, limited as squares are, and the jump of a gradient at one point alone.
                    AliceUpdate.MeasureCurvature(state, gradient, zero, zero, ones_like(zero), step, finite);
                    var limit = dtype == ScalarType.Float32 ? 1e36 : 1e300;
                    var sampled = estimate == HessianEstimate.RootMeanSquare ? size * size
                        : estimate == HessianEstimate.Signed ? sign * size : size;
                    Near(Math.Clamp(sampled, -limit, limit), state.Hessian);
                    Near(Math.Min(size / 2 * (size / 2) * 4, limit), state.GlassDensity);
                }

        static void Near(double expected, Tensor actual)
        {
            foreach (var value in TraceObjective.Values(actual))
                Assert.AreEqual(1, value / expected, 1e-5, $"{value} of {expected}");
        }
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float64)]
    public void Bad_signs_of_curvature_are_limited_on_both_sides(ScalarType dtype)
    {
        var limit = dtype == ScalarType.Float32 ? 1e36 : 1e300;
        foreach (var sign in new[] { 1.0, -1 })
            foreach (var onDevice in new[] { false, true })
            {
                using var scope = NewDisposeScope();
                using var state = new AliceState(zeros(3, dtype: dtype));
                var step = AliceStep.Create(
                    new() { HessianEstimate = HessianEstimate.Signed, PerturbationRadius = 0.25 }, 1e-3, 1);
                var plus = ones(3, dtype: dtype) * tensor(sign * limit, dtype);
                AliceUpdate.MeasureCurvature(state, plus, zeros_like(plus), zeros_like(plus), ones_like(plus), step,
                    onDevice ? tensor(true) : null);
                Assert.AreEqual(1, TraceObjective.Values(state.Hessian)[1] / (sign * limit), 1e-5);
            }
    }

    public static IEnumerable<object[]> Regularisations =>
        from preset in Presets
        from bound in new[] { StepBound.Adam, StepBound.Fixed }
        from l1 in new[] { 0, 1e-3, 1, 100 }
        from l2 in new[] { 0, 1e-4, 0.01, 1, 100 }
        where l1 + l2 > 0
        from onDevice in new[] { false, true }
        select new object[] { preset with { L1Regularization = l1, L2Regularization = l2, StepBound = bound },
            onDevice };

    [TestMethod]
    [DynamicData(nameof(Regularisations))]
    public void A_weight_without_gradient_goes_towards_zero_and_never_away(AliceOptimizerOptions options, bool onDevice)
    {
        using var scope = NewDisposeScope();
        var used = new Parameter(ones(3));
        // A dead unit's gradient is zero; an unseen category's gradient was there once.
        var dead = new Parameter(tensor(new[] { 1f, -1, 0.01f }));
        using var optimizer = new AliceOptimizer([used, dead], options) { DefersFiniteCheck = onDevice };
        for (var n = 0; n < 400; n++)
        {
            var gradient = n;
            optimizer.step(() =>
            {
                used.grad = used.detach();
                dead.grad = tensor(new[] { 0f, 0, gradient == 0 ? 1e-6f : 0 });
                return zeros(1);
            });
            Assert.IsLessThan(1.3f, dead.detach().abs().max().item<float>(), $"step {n}");
        }
        var (largest, rate) = (dead.detach().abs()[0].item<float>(), options.LearningRate * options.MaximumStep);
        Assert.IsLessThan(Math.Max(1, 60 * rate), largest, "it has come nearer to zero, or is as near as steps go");
    }

    [TestMethod]
    public void Without_regularisation_the_limit_changes_nothing()
    {
        // The sequence of gradients that makes |g|/√s largest by Cauchy-Schwarz: each β₁/β₂ times that before,
        // backwards in time.
        foreach (var (beta1, beta2) in new[] { (0.9, 0.999), (0.95, 0.995), (0.0, 0.99), (0.5, 0.9) })
        {
            var (g, s, limit) = (0.0, 0.0, AliceStep.LargestRatio(beta1, beta2));
            for (var i = 400; i >= 0; i--)
            {
                var gradient = Math.Pow(beta1 / beta2, i);
                (g, s) = (beta1 * g + (1 - beta1) * gradient, beta2 * s + (1 - beta2) * gradient * gradient);
                Assert.IsLessThanOrEqualTo(limit * (1 + 1e-9), Math.Abs(g) / Math.Sqrt(s));
            }
            Assert.AreEqual(limit, g / Math.Sqrt(s), 1e-6 * limit);
        }
        Assert.AreEqual(7.27, AliceStep.LargestRatio(0.9, 0.999), 0.005);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void An_empty_parameter_in_a_group_of_its_own_is_finite(bool onDevice)
    {
        using var scope = NewDisposeScope();
        var (used, empty) = (new Parameter(ones(3)), new Parameter(zeros(0, 4)));
        using var optimizer = new AliceOptimizer(
            [new AliceOptimizer.ParamGroup([used]), new AliceOptimizer.ParamGroup([empty])])
        {
            DefersFiniteCheck =
                onDevice
        };
        for (var n = 0; n < 20; n++)
            optimizer.step(() =>
            {
                optimizer.zero_grad();
                var loss = (used * used).sum().Plus(empty.sum());
                loss.backward();
                return loss;
            });
        Assert.AreEqual((20L, 0L), (optimizer.StepCount, optimizer.SkippedSteps));
        Assert.IsLessThan(1f, used.detach().max().item<float>());
        Assert.AreEqual((0L, 0.0),
            (optimizer.CurvatureSummary()[1].ParameterCount, optimizer.CurvatureSummary()[1].MeanHessian));
    }

    [TestMethod]
    public void Bounds_belong_to_the_learning_rate_whatever_preset_it_changes()
    {
        foreach (var preset in Presets)
        {
            using var scope = NewDisposeScope();
            var parameter = new Parameter(ones(5, dtype: ScalarType.Float64));
            using var optimizer = new AliceOptimizer([parameter], preset with { LearningRate = 1e-5 });
            for (var n = 0; n < 100; n++)
            {
                var before = parameter.detach().clone();
                optimizer.step(() =>
                {
                    parameter.grad = ones(5, dtype: ScalarType.Float64);
                    return zeros(1);
                });
                Assert.IsLessThan(3.001e-5, before.subtract(parameter.detach()).abs().max().item<double>());
            }
        }
    }

    [TestMethod]
    public void The_error_after_ten_bad_minibatches_says_so_where_bad_weights_were_written()
    {
        using var scope = NewDisposeScope();
        var (parameter, other) = (new Parameter(ones(5)), new Parameter(ones(5, dtype: ScalarType.Float64)));
        using var optimizer = new AliceOptimizer([parameter, other]);
        using (no_grad())
            parameter.copy_(tensor(float.NaN));
        Tensor? loss = null;
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
        {
            for (var n = 0; n < 10; n++)
                optimizer.step(() =>
                {
                    optimizer.zero_grad();
                    loss = (parameter * parameter).sum();
                    loss.backward();
                    return loss;
                });
        });
        Assert.IsTrue(loss!.IsInvalid, "no one else can dispose it");
        Assert.EndsWith("Values that are not finite were written into the parameters. Load good ones into the module.",
            error.Message);
    }
}
