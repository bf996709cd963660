using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

[TestClass]
public class NonFiniteTests
{
    private static readonly AliceOptimizerOptions Options = new() { LearningRate = 0.05, Beta1 = 0.5, QuickSteps = 1 };

    [TestMethod]
    [DataRow(double.NaN, false)]
    [DataRow(double.PositiveInfinity, false)]
    [DataRow(double.NaN, true)]
    [DataRow(double.PositiveInfinity, true)]
    public void A_minibatch_that_is_not_finite_changes_nothing_and_is_counted(double label, bool onDevice)
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Options) { DefersFiniteCheck = onDevice };
        for (var n = 0; n < 20; n++)
            optimizer.step(problem.Evaluate).Dispose();
        for (var round = 0; round < 3; round++)
        {
            var before = Snapshot(optimizer, problem);
            problem.Label = label;
            optimizer.step(problem.Evaluate).Dispose();
            optimizer.step(problem.Evaluate).Dispose();
            CollectionAssert.AreEqual(before, Snapshot(optimizer, problem));
            problem.Label = null;
            optimizer.step(problem.Evaluate).Dispose();
            CollectionAssert.AreNotEqual(before, Snapshot(optimizer, problem));
        }
        optimizer.state_dict();
        Assert.AreEqual((23L, 6L), (optimizer.StepCount, optimizer.SkippedSteps));
        Assert.AreEqual(23, ((AliceOptimizer.ParamGroup)optimizer.ParamGroups.Single()).Options.StepCount);
    }

    [TestMethod]
    public void Each_of_the_three_evaluations_is_checked()
    {
        for (var bad = 1; bad <= 3; bad++)
            foreach (var onDevice in new[] { false, true })
            {
                using var problem = new TestProblem();
                using var optimizer = new AliceOptimizer(problem.Parameters, Options with { QuickSteps = 0 });
                for (var n = 0; n < 5; n++)
                    optimizer.step(problem.Evaluate).Dispose();
                optimizer.DefersFiniteCheck = onDevice;
                var before = Snapshot(optimizer, problem);
                var calls = 0;
                optimizer.step(() =>
                {
                    problem.Label = ++calls == bad ? double.NaN : null;
                    return problem.Evaluate();
                }).Dispose();
                CollectionAssert.AreEqual(before, Snapshot(optimizer, problem));
            }
    }

    [TestMethod]
    public void A_gradient_that_is_not_finite_counts_although_the_loss_is()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Options);
        var before = Snapshot(optimizer, problem);
        optimizer.step(() =>
        {
            var loss = problem.Evaluate();
            using var gradient = problem.Parameters.Last().grad!;
            gradient.Shift(double.NegativeInfinity);
            return loss;
        }).Dispose();
        CollectionAssert.AreEqual(before, Snapshot(optimizer, problem));
        Assert.AreEqual((0L, 1L), (optimizer.StepCount, optimizer.SkippedSteps));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Ten_in_a_row_are_an_error_that_says_what_to_do(bool onDevice)
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Options) { DefersFiniteCheck = onDevice };
        for (var n = 0; n < 10; n++)
            optimizer.step(problem.Evaluate).Dispose();
        var before = problem.Values();
        problem.Label = double.NaN;
        for (var n = 0; n < 9; n++)
            optimizer.step(problem.Evaluate).Dispose();
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => optimizer.step(problem.Evaluate));
        Assert.AreEqual(
            "10 minibatches in a row gave a loss or gradient that is not finite (after 10 good steps). "
            + "The parameters hold their last good values. Lower LearningRate, or look for infinite or missing values "
            + "in the inputs.", error.Message);
        CollectionAssert.AreEqual(before, problem.Values());
        problem.Label = null;
        optimizer.step(problem.Evaluate).Dispose();
        CollectionAssert.AreNotEqual(before, problem.Values());
    }

    [TestMethod]
    public void Checks_on_the_device_and_on_the_host_train_alike()
    {
        Assert.IsTrue(Train(true).Zip(Train(false)).All(pair => Math.Abs(pair.First - pair.Second) < 1e-10));

        static double[] Train(bool onDevice)
        {
            using var problem = new TestProblem(dtype: ScalarType.Float64);
            using var optimizer = new AliceOptimizer(problem.Parameters, Options) { DefersFiniteCheck = onDevice };
            for (var n = 0; n < 40; n++)
                optimizer.step(problem.Evaluate).Dispose();
            return problem.Values();
        }
    }

    [TestMethod]
    public void One_value_that_is_not_finite_decides_on_the_host_and_on_the_device()
    {
        using var scope = NewDisposeScope();
        var (good, bad) = (tensor(new[] { 1f, 2 }), tensor(new[] { 1f, float.NaN }));
        foreach (var deferred in new[] { false, true })
            foreach (var (loss, first, second) in new[]
            {
                (good, good, good), (bad, good, good), (good, bad, good), (good, good, bad), (bad, bad, bad)
            })
            {
                using var check = new FiniteCheck(deferred);
                Assert.IsTrue(check.IsFinite && check.OnDevice is null);
                check.AddLoss(loss);
                check.AddGradient(first);
                check.AddGradient(second);
                var expected = ReferenceEquals(loss, good) && ReferenceEquals(first, good)
                    && ReferenceEquals(second, good);
                Assert.AreEqual(deferred || expected, check.IsFinite);
                Assert.AreEqual(deferred ? expected : null, check.OnDevice?.item<bool>());
            }
    }

    [TestMethod]
    public void Values_of_every_floating_point_type_are_checked_as_what_they_are()
    {
        using var scope = NewDisposeScope();
        // Half of its bits would be an infinite number in single precision.
        var large = tensor(new[] { 1.5e306, -1.5e306, 0 });
        Assert.IsTrue(AliceUpdate.IsFinite(large) && AliceUpdate.IsFinite(large[0]));
        foreach (var dtype in new[] { ScalarType.Float16, ScalarType.BFloat16, ScalarType.Float32, ScalarType.Float64 })
            foreach (var value in new[] { 1.0, double.NaN, double.NegativeInfinity })
            {
                Assert.AreEqual(double.IsFinite(value), AliceUpdate.IsFinite(tensor(value).to(dtype)), $"{dtype}");
                Assert.AreEqual(double.IsFinite(value),
                    AliceUpdate.IsFiniteOnDevice(tensor(new[] { 2, value, 3 }).to(dtype)).item<bool>(), $"{dtype}");
            }
        Assert.IsTrue(AliceUpdate.IsFinite(zeros(0)) && AliceUpdate.IsFinite(zeros(2, 0, dtype: ScalarType.Float64)));
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float64)]
    public void An_update_is_that_of_the_host_where_the_device_says_finite_and_none_where_not(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var options = AliceOptimizerOptions.Published with { StartingSteps = 1, AverageSampleGradients = true };
        using var expected = new AliceState(randn(9, dtype: dtype, generator: random));
        using var actual = new AliceState(expected.Center);
        for (var n = 1; n <= 9; n++)
        {
            var step = AliceStep.Create(options, 0.01, n);
            var (g, plus, minus) = (Random(), Random(), Random());
            var before = All(actual).Select(t => t.clone()).ToArray();
            AliceUpdate.Apply(actual, plus, minus, g, sign(plus), step, tensor(false));
            foreach (var (kept, value) in before.Zip(All(actual)))
                TensorAssert.AreSame(kept, value);
            AliceUpdate.Apply(expected, plus, minus, g, sign(plus), step);
            AliceUpdate.Apply(actual, plus, minus, g, sign(plus), step, tensor(true));
            foreach (var (wanted, value) in All(expected).Zip(All(actual)))
                TensorAssert.AreNear(wanted, value, 1e-5, $"step {n}");
        }
        Assert.IsFalse(TensorAssert.Same(expected.Center, expected.LookAhead));

        Tensor Random() => randn(9, dtype: dtype, generator: random);

        static Tensor[] All(AliceState s) =>
            [s.Center, s.LookAhead, s.Gradient, s.GlassDensity, s.Hessian, s.SecondMoment];
    }

    private static double[] Snapshot(AliceOptimizer optimizer, TestProblem problem) =>
    [
        .. problem.Values(),
        .. problem.Parameters.SelectMany(p => optimizer.StateOf(p).All).SelectMany(TraceObjective.Values),
    ];
}
