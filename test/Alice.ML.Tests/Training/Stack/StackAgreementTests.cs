using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Stack;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>A stack of networks takes the steps that each of them takes alone on the CPU: same minibatches, same
/// directions.</summary>
[TestClass]
public class StackAgreementTests
{
    private const int Networks = 3;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("squared", 1)]
    [DataRow("squared", 3)]
    [DataRow("huber", 1)]
    [DataRow("quantile", 1)]
    [DataRow("poisson", 1)]
    [DataRow("quantiles", 1)]
    [DataRow("logistic", 1)]
    [DataRow("softmax", 1)]
    public void In_single_precision_losses_agree_with_vector_kernels(string objective, int parts) =>
        AssertAgrees(new StackProblem(objective, [16, 8]), parts);

    [TestMethod]
    [DataRow(Activation.Tanh)]
    [DataRow(Activation.GELU)]
    [DataRow(Activation.SiLU)]
    public void With_any_activation(Activation activation) =>
        AssertAgrees(new StackProblem("squared", [16, 8], activation), 1);

    [TestMethod]
    public void Linear_networks_too() => AssertAgrees(new StackProblem("logistic", []), 1);

    [TestMethod]
    [DynamicData(nameof(AllOptions))]
    public void In_double_precision_losses_agree_with_autograd(string name, AliceOptimizerOptions options)
    {
        using var scope = NewDisposeScope();
        using var problem = new StackProblem("squared", [16, 8], options: options);
        StackLearner[] learners =
            [.. Enumerable.Range(0, Networks).Select(n => problem.StackLearner(n, ScalarType.Float64))];
        DoubleReference[] references = [.. Enumerable.Range(0, Networks).Select(n => new DoubleReference(problem, n))];
        var (source, reader) = problem.Open(usesKernels: false);
        using (var stack = new NetworkStack(learners))
            for (var number = 1; number <= 300; number++)
            {
                using var inner = NewDisposeScope();
                reader.Read(number % source.Count);
                var part = ((TensorReader)reader).Parts[0];
                var batch = part with
                {
                    Features = part.Features.to(ScalarType.Float64),
                    Targets = part.Targets.to(ScalarType.Float64),
                    Weights = part.Weights!.to(ScalarType.Float64),
                };
                for (var n = 0; n < Networks; n++)
                {
                    var (step, kept, key) = problem.Step(n, number);
                    learners[n].StartEpoch();
                    learners[n].Plan(step, kept, key, averages: false);
                }
                var forStack = batch with { Features = cat([batch.Features, ones_like(batch.Targets)], 1) };
                using (no_grad())
                    stack.Step([forStack]);
                for (var n = 0; n < Networks; n++)
                {
                    var (step, kept, key) = problem.Step(n, number);
                    var expected = references[n].Step(batch, step, kept, key);
                    Assert.AreEqual(expected, learners[n].Losses().Sum, 1e-12 * expected, $"{name}, step {number}");
                }
            }
        foreach (var learner in learners)
            learner.Dispose();
        reader.Dispose();
        source.Dispose();
    }

    public static IEnumerable<object[]> AllOptions()
    {
        var tabular = AliceOptimizerOptions.Tabular;
        yield return ["tabular", tabular];
        yield return ["published", AliceOptimizerOptions.Published with { LearningRate = 3e-3 }];
        yield return ["regularised", tabular with { L1Regularization = 1e-3, L2Regularization = 1e-2 }];
        yield return ["signed", tabular with { HessianEstimate = HessianEstimate.Signed }];
        yield return ["no Hessian", tabular with { HessianEstimate = HessianEstimate.Zero }];
        yield return ["no glass", tabular with { UseGlass = false }];
        yield return ["sgdm", tabular with { StepBound = StepBound.Sgdm, LearningRate = 0.01 }];
        yield return ["fixed", tabular with { StepBound = StepBound.Fixed, LearningRate = 1e-4 }];
        yield return ["half the look-ahead", tabular with { LookAhead = 0.5, StepFraction = 0.2 }];
    }

    [TestMethod]
    public void A_network_that_takes_no_step_stays_as_it_is_and_one_that_begins_anew_samples_alone()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new StackProblem("squared", [16, 8]);
        StackLearner[] learners = [.. Enumerable.Range(0, Networks).Select(n => problem.StackLearner(n))];
        KernelLearner[] expected = [.. Enumerable.Range(0, Networks).Select(problem.KernelLearner)];
        var (source, reader) = problem.Open(usesKernels: false);
        var (kernelSource, kernelReader) = problem.Open(usesKernels: true);
        using var stack = new NetworkStack(learners);
        for (var number = 1; number <= 60; number++)
        {
            reader.Read(number % source.Count);
            kernelReader.Read(number % kernelSource.Count);
            for (var n = 0; n < Networks; n++)
            {
                // The second one stops after 25 steps, the third begins anew after 34.
                if (n == 1 && number > 25)
                    continue;
                if (n == 2 && number == 35)
                {
                    learners[n].Restart(learners[n].State.Center.clone());
                    expected[n].Restart(expected[n].State.Center.clone());
                }
                var own = n == 2 && number >= 35 ? number - 34 : number;
                var (step, kept, _) = problem.Step(n, own);
                var key = AliceDirections.Key((ulong)n, number);
                var averages = number % 8 == 0;
                learners[n].Plan(step, kept, key, averages);
                expected[n].Step(kernelReader, step, kept, key);
                if (averages)
                    expected[n].Average();
            }
            stack.Step(((TensorReader)reader).StackParts);
        }
        for (var n = 0; n < Networks; n++)
        {
            var (first, sum) = expected[n].Losses();
            Assert.AreEqual(first, learners[n].Losses().First, 1e-5 * first);
            Assert.AreEqual(sum, learners[n].Losses().Sum, 1e-5 * sum);
            Assert.AreEqual(expected[n].GradientEvaluations, learners[n].GradientEvaluations);
            AssertClose(expected[n].State.Center, learners[n].State.Center);
            AssertClose(expected[n].State.LookAhead, learners[n].State.LookAhead);
            AssertClose(expected[n].Current, learners[n].Current);
            reader.Read(0);
            kernelReader.Read(0);
            AssertClose(expected[n].Outputs(kernelReader), learners[n].Outputs(reader));
        }
        foreach (var learner in learners.Concat<Learner>(expected))
            learner.Dispose();
        foreach (var used in new IDisposable[] { reader, source, kernelReader, kernelSource })
            used.Dispose();
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(1e-4f, (expected - actual).abs().max().item<float>());

    /// <summary>The sum of the losses of 300 steps to 1e-5 of it. A single one may be small, and then rounding that
    /// differs in 300 steps before it counts for more: 1e-4.</summary>
    private void AssertAgrees(StackProblem problem, int parts)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        StackLearner[] learners = [.. Enumerable.Range(0, Networks).Select(n => problem.StackLearner(n))];
        KernelLearner[] expected = [.. Enumerable.Range(0, Networks).Select(problem.KernelLearner)];
        var (source, reader) = problem.Open(usesKernels: false, parts);
        var (kernelSource, kernelReader) = problem.Open(usesKernels: true, parts);
        var sums = new (double Expected, double Actual)[Networks];
        var largest = 0.0;
        using (var stack = new NetworkStack(learners))
            for (var number = 1; number <= 300; number++)
            {
                reader.Read(number % source.Count);
                kernelReader.Read(number % kernelSource.Count);
                for (var n = 0; n < Networks; n++)
                {
                    var (step, kept, key) = problem.Step(n, number);
                    learners[n].StartEpoch();
                    expected[n].StartEpoch();
                    learners[n].Plan(step, kept, key, averages: false);
                    expected[n].Step(kernelReader, step, kept, key);
                }
                stack.Step(((TensorReader)reader).StackParts);
                for (var n = 0; n < Networks; n++)
                {
                    var (loss, actual) = (expected[n].Losses().Sum, learners[n].Losses().Sum);
                    sums[n] = (sums[n].Expected + loss, sums[n].Actual + actual);
                    largest = Math.Max(largest, Math.Abs(actual / loss - 1));
                    Assert.AreEqual(loss, actual, 1e-4 * Math.Abs(loss), $"network {n}, step {number}");
                }
            }
        TestContext.WriteLine($"largest difference of a loss {largest:e1}, of the sum "
            + $"{sums.Max(sum => Math.Abs(sum.Actual / sum.Expected - 1)):e1}");
        foreach (var (sum, actual) in sums)
            Assert.AreEqual(sum, actual, 1e-5 * Math.Abs(sum));
        foreach (var learner in learners.Concat<Learner>(expected))
            learner.Dispose();
        foreach (var used in new IDisposable[] { reader, source, kernelReader, kernelSource, problem })
            used.Dispose();
    }

    /// <summary>One network in double precision, with gradients of libtorch and the CPU's update.</summary>
    private sealed class DoubleReference(StackProblem problem, int network)
    {
        private readonly AliceState _state = new(problem.Start(network).to(ScalarType.Float64));

        public double Step(Minibatch batch, in AliceStep step, double kept, ulong key)
        {
            using var scope = NewDisposeScope();
            var directions = zeros_like(_state.Center);
            var (plusPoint, minusPoint) = (zeros_like(directions), zeros_like(directions));
            var (plus, minus) = (directions, directions);
            if (step.IsSample)
            {
                AliceDirections.Fill(directions, key);
                AliceUpdate.Perturb(_state.LookAhead, directions, step.PerturbationRadius, plusPoint, minusPoint);
                (_, plus) = Gradient(plusPoint, batch);
                (_, minus) = Gradient(minusPoint, batch);
            }
            var (loss, gradient) = Gradient(_state.LookAhead, batch);
            using var guard = no_grad();
            AliceUpdate.Apply(_state, plus, minus, gradient, directions, step);
            if (step.Moves)
            {
                _state.Center.Scale(kept);
                _state.LookAhead.Scale(kept);
            }
            return loss;
        }

        private (double Loss, Tensor Gradient) Gradient(Tensor at, Minibatch batch)
        {
            var point = at.clone().requires_grad_();
            using var views = new ParameterViews(problem.Shape, point);
            var outputs = NetworkTests.Outputs(problem.Shape, views, batch.Features, (_, sum) => sum.relu());
            var error = outputs - batch.Targets;
            var loss = (error * error * batch.Weights!).mean();
            loss.backward();
            return (loss.item<double>(), point.grad!);
        }
    }
}
