using Alice.ML.Optimization;
using Alice.ML.Optimization.Update;
using Alice.ML.Tests.Training.Stack;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Steps;

/// <summary>The trainers' networks learn as a module does by <see cref="AliceOptimizer"/>: same protocol, same
/// directions.</summary>
[TestClass]
public class OptimizerAgreementTests
{
    private const int Steps = 40;

    [TestMethod]
    public void A_network_takes_the_steps_that_the_optimizer_takes_with_a_module()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(5);
        var run = AliceDirections.Key(random);
        using var problem = new StackProblem("squared", [16, 8], weights: false);
        using var learner = problem.KernelLearner(0);
        var weights = new Parameter(problem.Start(0));
        using var sameRandom = new Generator(5);
        using var optimizer = new AliceOptimizer([weights], problem.Options with { Generator = sameRandom });
        var (source, reader) = problem.Open(usesKernels: true);
        var (_, tensors) = problem.Open(usesKernels: false);
        for (var number = 1; number <= Steps; number++)
        {
            reader.Read(number % source.Count);
            tensors.Read(number % source.Count);
            var step = AliceStep.Create(problem.Options, problem.Options.LearningRate, number);
            using (no_grad())
                learner.Step(reader, step, kept: 1, StepProtocol.Key(run, number));
            var batch = ((TensorReader)tensors).Parts[0];
            optimizer.step(() => Evaluate(problem.Shape, weights, batch)).Dispose();
        }
        var moved = (weights - problem.Start(0)).abs().max().item<float>();
        Assert.IsGreaterThan(0.01f, moved);
        Assert.IsLessThan(1e-3f * moved, (weights - learner.State.Center).abs().max().item<float>());
        source.Dispose();
        reader.Dispose();
        tensors.Dispose();
    }

    private static Tensor Evaluate(NetworkShape shape, Parameter weights, Minibatch batch)
    {
        using var scope = NewDisposeScope();
        weights.grad?.zero_();
        using var views = new ParameterViews(shape, weights);
        var error = NetworkTests.Outputs(shape, views, batch.Features, (_, sum) => sum.relu()) - batch.Targets;
        var loss = (error * error).mean();
        loss.backward();
        return loss.MoveToOuterDisposeScope();
    }
}
