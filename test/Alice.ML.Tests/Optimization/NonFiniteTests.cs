using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;

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
            using var problem = new TestProblem(dtype: TorchSharp.torch.ScalarType.Float64);
            using var optimizer = new AliceOptimizer(problem.Parameters, Options) { DefersFiniteCheck = onDevice };
            for (var n = 0; n < 40; n++)
                optimizer.step(problem.Evaluate).Dispose();
            return problem.Values();
        }
    }

    private static double[] Snapshot(AliceOptimizer optimizer, TestProblem problem) =>
    [
        .. problem.Values(),
        .. problem.Parameters.SelectMany(p => optimizer.StateOf(p).All).SelectMany(TraceObjective.Values),
    ];
}
