using Alice.ML.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <remarks>Not beside other tests: some depend on the default generator.</remarks>
[TestClass]
[DoNotParallelize]
public class AliceOptimizerTests
{
    private static readonly AliceOptimizerOptions Fast = new() { LearningRate = 0.05, Beta1 = 0.5, QuickSteps = 3 };

    [TestMethod]
    public void Step_without_a_closure_says_why()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast);
        var error = Assert.ThrowsExactly<ArgumentNullException>(() => optimizer.step());
        Assert.StartsWith(
            "Alice evaluates the gradient itself, at up to three points in a step: call step with a closure that sets "
            + "gradients to zero, runs forward and backward, and returns the loss.", error.Message);
    }

    [TestMethod]
    public void Sample_steps_call_the_closure_three_times_and_quick_steps_once()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast);
        var calls = new List<int>();
        for (var n = 1; n <= 9; n++)
        {
            var before = problem.Evaluations;
            optimizer.step(problem.Evaluate).Dispose();
            calls.Add(problem.Evaluations - before);
        }
        // 1/(1 − β₁) = 2 steps fill the averages; then every fourth is a sample step.
        CollectionAssert.AreEqual(new[] { 3, 3, 1, 3, 1, 1, 1, 3, 1 }, calls);
        Assert.AreEqual(9, optimizer.StepCount);
    }

    [TestMethod]
    public void Training_lowers_the_loss_and_the_module_holds_the_centre()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(
            problem.Parameters, AliceOptimizerOptions.Tabular with { PerturbationRadius = 1e-2 });
        using var first = optimizer.step(problem.Evaluate);
        for (var n = 0; n < 300; n++)
        {
            optimizer.step(problem.Evaluate).Dispose();
            foreach (var parameter in problem.Parameters)
                TensorAssert.AreSame(optimizer.StateOf(parameter).Center, parameter);
        }
        using var last = optimizer.step(problem.Evaluate);
        Assert.IsLessThan(0.3 * first.item<float>(), last.item<float>());
    }

    [TestMethod]
    public void Dropout_is_the_same_in_the_three_evaluations_and_draws_as_for_one()
    {
        // A radius that does not change the outputs leaves the masks as the only difference.
        using var problem = new TestProblem(dropout: 0.5) { Outputs = [] };
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast with { PerturbationRadius = 1e-12 });
        using var generator = Generator.Default;
        using var start = generator.get_state();
        optimizer.step(problem.Evaluate).Dispose();
        using var after = generator.get_state();
        Assert.HasCount(3, problem.Outputs);
        CollectionAssert.AreEqual(problem.Outputs[0], problem.Outputs[1]);
        CollectionAssert.AreEqual(problem.Outputs[0], problem.Outputs[2]);

        generator.set_state(start);
        problem.Evaluate().Dispose();
        using var afterOne = generator.get_state();
        CollectionAssert.AreEqual(problem.Outputs[0], problem.Outputs[3]);
        TensorAssert.AreSame(afterOne, after);
        problem.Evaluate().Dispose();
        CollectionAssert.AreNotEqual(problem.Outputs[0], problem.Outputs[4]);
    }

    [TestMethod]
    public void A_learning_rate_of_zero_pauses()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast);
        for (var n = 0; n < 5; n++)
            optimizer.step(problem.Evaluate).Dispose();
        var group = (AliceOptimizer.ParamGroup)optimizer.ParamGroups.Single();
        var before = Snapshot(optimizer, problem);

        group.LearningRate = 0;
        var calls = problem.Evaluations;
        for (var n = 0; n < 4; n++)
            optimizer.step(problem.Evaluate).Dispose();
        Assert.AreEqual(calls + 4, problem.Evaluations);
        CollectionAssert.AreEqual(before, Snapshot(optimizer, problem));
        Assert.AreEqual((5L, 5L), (optimizer.StepCount, group.Options.StepCount));

        group.LearningRate = 0.05;
        optimizer.step(problem.Evaluate).Dispose();
        CollectionAssert.AreNotEqual(before, Snapshot(optimizer, problem));
    }

    [TestMethod]
    [DataRow(-0.1, "-0.1")]
    [DataRow(double.NaN, "NaN")]
    public void A_learning_rate_that_is_negative_or_not_a_number_is_refused(double rate, string text)
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast);
        optimizer.ParamGroups.Single().LearningRate = rate;
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => optimizer.step(problem.Evaluate));
        Assert.AreEqual(
            $"The learning rate of parameter group 0 is {text}; it must be a finite number, 0 or more. Look at the "
            + "schedule that set it.", error.Message);
    }

    [TestMethod]
    public void An_exception_in_the_closure_leaves_everything_as_it_was()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast with { QuickSteps = 0 });
        for (var n = 0; n < 5; n++)
            optimizer.step(problem.Evaluate).Dispose();
        var before = Snapshot(optimizer, problem);
        for (var failing = 1; failing <= 3; failing++)
        {
            var calls = 0;
            Assert.ThrowsExactly<TimeoutException>(() => optimizer.step(
                () => ++calls == failing ? throw new TimeoutException() : problem.Evaluate()));
            CollectionAssert.AreEqual(before, Snapshot(optimizer, problem));
        }
        Assert.AreEqual(5, optimizer.StepCount);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_parameter_of_any_layout_trains_alike(bool perturbs)
    {
        using var scope = NewDisposeScope();
        var start = tensor(new double[] { 0, 1, 2, 3, 4, 5 }, 2, 3);
        var target = ones(2, 3, dtype: ScalarType.Float64);
        var contiguous = new Parameter(start.clone());
        var transposed = new Parameter(start.t().contiguous().t());
        Assert.IsFalse(transposed.is_contiguous());
        var options = Fast with { PerturbationRadius = perturbs ? 0.1 : 1e-9 };
        foreach (var parameter in new[] { contiguous, transposed })
        {
            using var optimizer = new AliceOptimizer([parameter], options);
            for (var n = 0; n < 30; n++)
                optimizer.step(() =>
                {
                    optimizer.zero_grad();
                    var error = parameter - target;
                    var loss = (error * error * error.abs()).sum();
                    loss.backward();
                    return loss;
                });
        }
        TensorAssert.AreNear(contiguous, transposed, 1e-13);
        Assert.IsFalse(contiguous.allclose(start));
    }

    [TestMethod]
    public void A_parameter_without_a_gradient_counts_as_gradient_zero()
    {
        using var scope = NewDisposeScope();
        var used = new Parameter(ones(3));
        var unused = new Parameter(ones(2));
        using var optimizer = new AliceOptimizer([used, unused], Fast);
        for (var n = 0; n < 10; n++)
            optimizer.step(() =>
            {
                optimizer.zero_grad();
                var loss = (used * used).sum();
                loss.backward();
                return loss;
            });
        TensorAssert.AreSame(ones(2), unused);
        TensorAssert.AreSame(zeros(2), optimizer.StateOf(unused).SecondMoment);
        Assert.IsLessThan(1, used.max().item<float>());
    }

    [TestMethod]
    public void Groups_and_types_of_parameters_train_side_by_side_as_they_would_alone()
    {
        using var scope = NewDisposeScope();
        var slow = Fast with { LearningRate = 0.01, QuickSteps = 1, Beta1 = 0.8 };
        var together = new[] { new Parameter(ones(3)), new Parameter(ones(2, dtype: ScalarType.Float64)) };
        var alone = new[] { new Parameter(ones(3)), new Parameter(ones(2, dtype: ScalarType.Float64)) };
        using var optimizer = new AliceOptimizer(
            [new AliceOptimizer.ParamGroup([together[0]]), new AliceOptimizer.ParamGroup([together[1]], slow)], Fast);
        using var first = new AliceOptimizer([alone[0]], Fast);
        using var second = new AliceOptimizer([alone[1]], slow);
        foreach (var one in new[] { optimizer, first, second })
            one.Directions = p => ones_like(p);
        for (var n = 0; n < 20; n++)
        {
            optimizer.step(() => Loss(together));
            first.step(() => Loss(alone[0]));
            second.step(() => Loss(alone[1]));
        }
        TensorAssert.AreNear(alone[0], together[0], 1e-6);
        TensorAssert.AreNear(alone[1], together[1], 1e-12);
        Assert.HasCount(2, optimizer.CurvatureSummary());

        static Tensor Loss(params Parameter[] parameters)
        {
            foreach (var parameter in parameters)
            {
                var values = parameter.detach();
                parameter.grad = values * values * values;
            }
            return zeros(1);
        }
    }

    [TestMethod]
    public void Curvature_summary_averages_over_a_group()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(zeros(4, dtype: ScalarType.Float64));
        foreach (var estimate in new[] { HessianEstimate.Absolute, HessianEstimate.RootMeanSquare })
        {
            using var optimizer = new AliceOptimizer([parameter], Fast with { HessianEstimate = estimate });
            var curvatures = tensor(new double[] { 1, -2, 3, -4 });
            optimizer.step(() =>
            {
                parameter.grad = curvatures * parameter.detach();
                return zeros(1);
            });
            var summary = optimizer.CurvatureSummary().Single();
            Assert.AreEqual((0, 4L), (summary.Group, summary.ParameterCount));
            Assert.AreEqual(2.5, summary.MeanHessian, 1e-12);
            Assert.AreEqual(0, summary.MeanGlassDensity, 1e-12);
        }
    }

    [TestMethod]
    [DataRow(HessianEstimate.Absolute)]
    [DataRow(HessianEstimate.Signed)]
    public void Nothing_leaks(HessianEstimate estimate)
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var problem = new TestProblem(dropout: 0.2))
        {
            long afterFirst = 0;
            using var buffer = zeros(2);
            ((nn.Module)problem.Network[0]).register_buffer("running", buffer);
            using var optimizer = new AliceOptimizer(problem.Network, Fast with { HessianEstimate = estimate });
            for (var n = 0; n < 30; n++)
            {
                problem.Label = n is > 10 and < 15 ? double.NaN : null;
                optimizer.DefersFiniteCheck = n > 20;
                optimizer.step(problem.Evaluate).Dispose();
                optimizer.CurvatureSummary();
                Assert.ThrowsExactly<TimeoutException>(() => optimizer.step(() => throw new TimeoutException()));
                if (n == 20)
                    optimizer.to(CPU);
                if (n == 0)
                    afterFirst = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                // On a device two counters live between readings.
                var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
                Assert.IsInRange(afterFirst, afterFirst + (n > 20 ? 2 : 0), live);
            }
        }
        Assert.AreEqual(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void Disposing_twice_or_inside_a_scope_is_harmless()
    {
        using var problem = new TestProblem();
        AliceOptimizer optimizer;
        using (NewDisposeScope())
            optimizer = new AliceOptimizer(problem.Parameters, Fast);
        optimizer.step(problem.Evaluate).Dispose();
        optimizer.Dispose();
        optimizer.Dispose();
    }

    [TestMethod]
    public void Parameters_that_cannot_be_trained_are_refused()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(zeros(2));
        Refused(() => new AliceOptimizer(Array.Empty<Parameter>(), Fast), "Parameter group 0 has no parameters.");
        Refused(() => new AliceOptimizer([parameter, parameter], Fast), "Parameter 1 of group 0 was given twice.");
        Refused(() => new AliceOptimizer([new Parameter(zeros(2, dtype: ScalarType.BFloat16))], Fast),
            "Parameter 0 of group 0 is of type BFloat16; Alice trains Float32 and Float64.");
        Refused(() => new AliceOptimizer(Array.Empty<AliceOptimizer.ParamGroup>(), Fast),
            "The optimizer was given no parameters. (Parameter 'groups')");
        using var optimizer = new AliceOptimizer([parameter], Fast);
        Refused(() => optimizer.StateOf(new Parameter(zeros(2))),
            "The parameter is not one of this optimizer. (Parameter 'parameter')");

        static void Refused(Action action, string message) =>
            Assert.AreEqual(message, Assert.ThrowsExactly<ArgumentException>(action).Message);
    }

    [TestMethod]
    public void Directions_of_another_shape_are_refused()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast) { Directions = _ => ones(3, 8) };
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => optimizer.step(problem.Evaluate));
        Assert.AreEqual(
            "Directions returned a tensor of shape [3, 8] for a parameter of shape [8, 3]. Return one sign, −1 or 1, "
            + "for each value of the parameter.", error.Message);
    }

    [TestMethod]
    public void A_closure_without_a_loss_is_refused()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast);
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => optimizer.step(() => null!));
        Assert.AreEqual("The closure returned no loss.", error.Message);
    }

    [TestMethod]
    public void The_generator_decides_the_directions()
    {
        Assert.IsTrue(Train(null).SequenceEqual(Train(null)));
        Assert.IsTrue(Train(5).SequenceEqual(Train(5)));
        Assert.IsFalse(Train(5).SequenceEqual(Train(6)));

        static double[] Train(ulong? seed)
        {
            using var problem = new TestProblem();
            using var generator = new Generator(seed ?? 0);
            using var optimizer = new AliceOptimizer(
                problem.Parameters,
                Fast with { Generator = seed is null ? null : generator, PerturbationRadius = 0.3 });
            for (var n = 0; n < 10; n++)
                optimizer.step(problem.Evaluate).Dispose();
            return problem.Values();
        }
    }

    [TestMethod]
    public void Schedulers_that_cycle_momentum_set_the_betas()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters, Fast);
        var schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr: 0.1, total_steps: 10);
        var seen = new HashSet<double>();
        for (var n = 0; n < 9; n++)
        {
            optimizer.step(problem.Evaluate).Dispose();
            schedule.step();
            seen.Add(optimizer.Betas.Item1);
        }
        Assert.IsGreaterThan(3, seen.Count);
        Assert.ThrowsExactly<ArgumentException>(() => optimizer.Betas = (1, 0.9));
    }

    private static double[] Snapshot(AliceOptimizer optimizer, TestProblem problem) =>
    [
        .. problem.Values(),
        .. problem.Parameters.SelectMany(p => optimizer.StateOf(p).All).SelectMany(TraceObjective.Values),
    ];
}
