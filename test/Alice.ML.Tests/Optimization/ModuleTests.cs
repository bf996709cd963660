using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>What TorchSharp's own modules and schedulers bring along.</summary>
/// <remarks>Not beside other tests: some depend on the default generator.</remarks>
[TestClass]
[DoNotParallelize]
public class ModuleTests
{
    [TestMethod]
    public void Without_options_it_takes_the_preset_for_networks_at_large()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Network);
        using var other = new AliceOptimizer(problem.Parameters);
        foreach (var one in new[] { optimizer, other })
            Assert.AreEqual(AliceOptimizerOptions.General,
                ((AliceOptimizer.ParamGroup)one.ParamGroups.Single()).Options.Settings);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    public void Batch_normalisation_counts_one_minibatch_a_step(int quickSteps)
    {
        using var scope = NewDisposeScope();
#pragma warning disable RS0030 // Users' networks have it; nothing runs beside this.
        var norm = nn.BatchNorm1d(4);
        using var network = nn.Sequential(nn.Linear(3, 4), norm, nn.ReLU(), nn.Linear(4, 1));
        using var optimizer = new AliceOptimizer(
            network, AliceOptimizerOptions.General with { QuickSteps = quickSteps, PerturbationRadius = 0.3 });
        var inputs = linspace(0, 29, 30).view(10, 3).sin();
        var label = 0f;
        // Beside it, the statistics of a copy that is evaluated only where the last of each step's evaluations is.
        using var copy = nn.BatchNorm1d(4);
        Tensor? hidden = null;
        for (var n = 0; n < 20; n++)
        {
            label = n == 7 ? float.NaN : 0;
            optimizer.step(Closure);
            if (n != 7)
                copy.forward(hidden!);
        }
#pragma warning restore RS0030
        Assert.AreEqual(19, norm.num_batches_tracked!.item<long>());
        TensorAssert.AreNear(copy.running_mean!, norm.running_mean!, 1e-6);
        TensorAssert.AreNear(copy.running_var!, norm.running_var!, 1e-6);

        Assert.ThrowsExactly<TimeoutException>(
            () => optimizer.step(() => { Closure(); throw new TimeoutException(); }));
        Assert.AreEqual(19, norm.num_batches_tracked!.item<long>());

        Tensor Closure()
        {
            network.zero_grad();
            hidden = ((nn.Module<Tensor, Tensor>)network[0]).forward(inputs).detach();
            var outputs = network.forward(inputs);
            var loss = (outputs * outputs).mean().Plus(tensor(label));
            loss.backward();
            return loss;
        }
    }

    [TestMethod]
    public void Sparse_gradients_of_an_embedding_train_as_dense_ones()
    {
        CollectionAssert.AreEqual(Train(sparse: false), Train(sparse: true));

        static double[] Train(bool sparse)
        {
            using var scope = NewDisposeScope();
            var embedding = nn.Embedding(6, 3, sparse: sparse);
            using (no_grad())
                embedding.weight!.copy_(linspace(0, 17, 18).view(6, 3).sin());
            using var optimizer = new AliceOptimizer(embedding);
            var words = tensor(new long[] { 1, 4, 4, 2 });
            for (var n = 0; n < 40; n++)
                optimizer.step(() =>
                {
                    embedding.zero_grad();
                    var vectors = embedding.forward(words);
                    var loss = (vectors * vectors).sum();
                    loss.backward();
                    return loss;
                });
            return TraceObjective.Values(embedding.weight!);
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void One_cycle_of_learning_rate_and_momentum_runs_to_its_end(bool cyclesMomentum)
    {
        const int steps = 20;
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters);
        var schedule = optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr: 0.03, total_steps: steps, cycle_momentum: cyclesMomentum);
        using var first = problem.Evaluate();
        for (var n = 0; n < steps; n++)
        {
            optimizer.step(problem.Evaluate).Dispose();
            schedule.step();
        }
        // Past its end the schedule sets the rate and the momentum to 0: that pauses.
        var before = problem.Values();
        optimizer.step(problem.Evaluate).Dispose();
        CollectionAssert.AreEqual(before, problem.Values());
        using var last = problem.Evaluate();
        Assert.IsLessThan(first.item<float>(), last.item<float>());
    }

    [TestMethod]
    public void Optimizers_on_two_threads_have_dropout_masks_of_their_own()
    {
        // With masks that differ between the three evaluations, the differences over so small a radius would be some
        // ten thousand times as large. Tenfold is chance: the masks come from the process-wide generator, which no test
        // may seed. Modules draw their weights from the same generator: they are made first.
        var problems = Enumerable.Range(0, 5).Select(_ => new TestProblem(dropout: 0.5, dtype: ScalarType.Float64))
            .ToList();
        var alone = Curvature(problems[4]);
        var together = new double[4];
        var threads = Enumerable.Range(0, together.Length)
            .Select(i => new Thread(() => together[i] = Curvature(problems[i]))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        problems.ForEach(problem => problem.Dispose());
        foreach (var value in together)
            Assert.IsLessThan(300 * alone, value);

        static double Curvature(TestProblem problem)
        {
            using var optimizer = new AliceOptimizer(
                problem.Parameters, new() { PerturbationRadius = 1e-5, QuickSteps = 1 });
            for (var n = 0; n < 60; n++)
                optimizer.step(problem.Evaluate).Dispose();
            return optimizer.CurvatureSummary()[0].MeanHessian;
        }
    }

    [TestMethod]
    public void An_optimizer_that_draws_nothing_leaves_the_default_generator_to_others()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(
            problem.Parameters, AliceOptimizerOptions.General with { QuickSteps = 0 });
        using var generator = Generator.Default;
        using var start = generator.get_state();
        for (var n = 0; n < 5; n++)
            optimizer.step(problem.Evaluate).Dispose();
        // Not held by this thread: a turn that another one takes comes at once.
        var other = new Thread(() =>
        {
            using var dropping = new TestProblem(dropout: 0.5);
            using var second = new AliceOptimizer(dropping.Parameters);
            second.step(dropping.Evaluate).Dispose();
        });
        optimizer.step(() =>
        {
            if (other.ThreadState == ThreadState.Unstarted)
            {
                other.Start();
                Assert.IsTrue(other.Join(TimeSpan.FromMinutes(1)), "it waits for an optimizer that draws nothing");
            }
            return problem.Evaluate();
        }).Dispose();
        generator.set_state(start);
    }
}
