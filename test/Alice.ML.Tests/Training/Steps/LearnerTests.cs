using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Steps;

/// <summary>Steps by vector kernels on plain memory against the same steps by tensors.</summary>
[TestClass]
public class LearnerTests
{
    [TestMethod]
    [DataRow("numbers", 1)]
    [DataRow("numbers", 3)]
    [DataRow("bins", 1)]
    [DataRow("bins", 3)]
    [DataRow("scores", 1)]
    [DataRow("sparse", 1)]
    [DataRow("sparse", 3)]
    [DataRow("sparse, linear", 1)]
    [DataRow("numbers and slots", 1)]
    [DataRow("numbers and slots", 3)]
    [DataRow("scores and slots", 1)]
    [DataRow("bins and slots", 1)]
    [DataRow("bins and slots", 3)]
    public void Kernels_take_the_steps_of_tensors(string kind, int parts)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new LearnerProblem(kind, parts);
        using var byTensors = problem.Learner(usesKernels: false);
        using var byKernels = problem.Learner(usesKernels: true);
        var expected = problem.Train(byTensors, usesKernels: false);
        var actual = problem.Train(byKernels, usesKernels: true);

        Assert.AreEqual(expected.First, actual.First, 1e-4 * expected.First);
        Assert.AreEqual(expected.Sum, actual.Sum, 1e-3 * expected.Sum);
        Assert.AreEqual(byTensors.GradientEvaluations, byKernels.GradientEvaluations);
        AssertClose(byTensors.State.Center, byKernels.State.Center);
        AssertClose(byTensors.Current, byKernels.Current);
        Assert.AreNotEqual(byKernels.State.Center, byKernels.Current);
        AssertClose(problem.Outputs(byTensors, usesKernels: false), problem.Outputs(byKernels, usesKernels: true));
    }

    [TestMethod]
    [DataRow("numbers", 0.0)]
    [DataRow("bins", 0.2)]
    [DataRow("scores", 0.0)]
    [DataRow("sparse", 0.0)]
    [DataRow("numbers and slots", 0.2)]
    [DataRow("bins and slots", 0.0)]
    public void A_step_allocates_nothing(string kind, double dropout)
    {
        using var guard = no_grad();
        using var problem = new LearnerProblem(kind, 1, dropout);
        using var learner = problem.Learner(usesKernels: true);
        problem.Train(learner, usesKernels: true, out var first);
        // What the runtime makes once may fall into one run, as beside other tests; a step's own objects fall into all.
        problem.Train(learner, usesKernels: true, out var second);
        Assert.AreEqual(0, Math.Min(first, second));
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(2e-3f, (expected - actual).abs().max().item<float>());
}
