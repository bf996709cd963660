using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Steps;

/// <summary>What a step draws, what it shrinks, and what a restart forgets, by kernels and by tensors.</summary>
[TestClass]
public class StepContractTests
{
    // More than the steps that only fill the averages.
    private const int Steps = 20;

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Dropout_is_drawn_from_the_key_and_the_number_of_the_step(bool usesKernels)
    {
        using var guard = no_grad();
        using var problem = new LearnerProblem("numbers", 1, dropout: 0.5);
        double Loss(ulong key, int step)
        {
            using var learner = problem.Learner(usesKernels);
            return problem.Take(learner, usesKernels, step, step, key: key).First;
        }
        var loss = Loss(key: 1, step: 1);
        Assert.AreEqual(loss, Loss(key: 1, step: 1), "the same draws again");
        // All at the same weights; five minibatches on, the rows are the same.
        var others = new[] { Loss(key: 2, step: 1), Loss(key: 3, step: 1), Loss(key: 1, step: 6),
            Loss(key: 1, step: 11) };
        Assert.HasCount(5, others.Append(loss).Distinct());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Weight_decay_shrinks_the_weights_and_the_look_ahead_point_alike_when_they_move(bool usesKernels)
    {
        const double Kept = 0.75;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new LearnerProblem("numbers", 1);
        using var plain = problem.Learner(usesKernels);
        using var decayed = problem.Learner(usesKernels);
        problem.Take(plain, usesKernels, 1, Steps);
        problem.Take(decayed, usesKernels, 1, Steps);

        problem.Take(plain, usesKernels, Steps + 1, Steps + 1, lookAhead: 3);
        problem.Take(decayed, usesKernels, Steps + 1, Steps + 1, Kept, lookAhead: 3);
        AssertClose(plain.State.Center.mul(tensor((float)Kept)), decayed.State.Center);
        AssertClose(plain.State.LookAhead.mul(tensor((float)Kept)), decayed.State.LookAhead);
        Assert.IsGreaterThan(1e-4f, (plain.State.Center - plain.State.LookAhead).abs().max().item<float>(),
            "or the test would show nothing");

        // The first steps fill the averages alone.
        using var waiting = problem.Learner(usesKernels);
        problem.Take(waiting, usesKernels, 1, 1, Kept);
        AssertClose(problem.Start().view(-1), waiting.State.Center.view(-1));
        AssertClose(problem.Start().view(-1), waiting.State.LookAhead.view(-1));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_restarted_network_learns_as_a_new_one(bool usesKernels)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new LearnerProblem("numbers", 1);
        using var restarted = problem.Learner(usesKernels);
        problem.Take(restarted, usesKernels, 1, Steps);
        restarted.Average();
        restarted.Restart(problem.Start());
        AssertSame(restarted.State.Center, restarted.Current);

        using var fresh = problem.Learner(usesKernels);
        foreach (var learner in new[] { restarted, fresh })
        {
            problem.Take(learner, usesKernels, 1, Steps);
            learner.Average();
            problem.Take(learner, usesKernels, Steps + 1, Steps + 3);
            learner.Average();
        }
        AssertSame(fresh.State.Center, restarted.State.Center);
        AssertSame(fresh.Current, restarted.Current);
        Assert.AreNotEqual(fresh.State.Center, fresh.Current, "a mean of two");
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(1e-6f, (expected - actual).abs().max().item<float>());

    private static void AssertSame(Tensor expected, Tensor actual) =>
        CollectionAssert.AreEqual(expected.data<float>().ToArray(), actual.data<float>().ToArray());
}
