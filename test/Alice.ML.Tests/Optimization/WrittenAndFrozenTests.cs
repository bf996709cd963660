using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>Parameters that something else than the optimizer writes, and parameters that must not move.</summary>
[TestClass]
public class WrittenAndFrozenTests
{
    public static IEnumerable<object[]> Presets =>
        from preset in new[] { AliceOptimizerOptions.Published, AliceOptimizerOptions.Tabular,
            AliceOptimizerOptions.General }
        from onDevice in new[] { false, true }
        select new object[] { preset, onDevice };

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void Weights_written_into_the_module_are_taken_over(AliceOptimizerOptions options, bool onDevice)
    {
        foreach (var steps in new[] { 0, 5, 30 })
        {
            using var scope = NewDisposeScope();
            var parameter = new Parameter(ones(5, dtype: ScalarType.Float64));
            using var optimizer = new AliceOptimizer([parameter], options) { DefersFiniteCheck = onDevice };
            double[] seen = [];
            for (var n = 0; n < steps; n++)
                optimizer.step(Closure);
            using (no_grad())
                parameter.copy_(tensor(new[] { 5.0, 4, 3, 2, -1 }));
            optimizer.step(Closure);
            // The last evaluation is that at ν.
            CollectionAssert.AreEqual(new[] { 5.0, 4, 3, 2, -1 }, seen);
            var values = TraceObjective.Values(parameter);
            foreach (var (wanted, value) in new[] { 5.0, 4, 3, 2, -1 }.Zip(values))
                Assert.AreEqual(wanted, value, 0.05);
            for (var n = 0; n < 30; n++)
                optimizer.step(Closure);
            Assert.IsTrue(values.Zip(TraceObjective.Values(parameter)).Take(4).All(pair => pair.Second < pair.First),
                "it trains on");

            Tensor Closure()
            {
                seen = TraceObjective.Values(parameter);
                parameter.grad = parameter.detach();
                return zeros(1);
            }
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Values_that_were_not_written_keep_their_look_ahead(bool isTransposed)
    {
        using var scope = NewDisposeScope();
        var values = linspace(1, 6, 6, dtype: ScalarType.Float64).view(3, 2);
        Parameter[] parameters = [new(ones(2, dtype: ScalarType.Float64)),
            new(isTransposed ? values.t().contiguous().t() : values)];
        using var optimizer = new AliceOptimizer(parameters, AliceOptimizerOptions.Published);
        List<double[]> seen = [];
        for (var n = 0; n < 30; n++)
            optimizer.step(Closure);
        var (nu, mu) = (Values(p => optimizer.StateOf(p).LookAhead), Values(p => p));
        foreach (var (ahead, center) in nu[1].Zip(mu[1]))
            Assert.AreNotEqual(ahead, center);
        var averages = Values(p => optimizer.StateOf(p).SecondMoment);
        parameters[1].detach()[1, 0].copy_(tensor(7.0));
        nu[1][2] = 7;
        optimizer.state_dict();
        CollectionAssert.AreEqual(averages[1], Values(p => optimizer.StateOf(p).SecondMoment)[1]);
        optimizer.step(Closure);
        for (var i = 0; i < 2; i++)
            CollectionAssert.AreEqual(nu[i], seen[i]);

        List<double[]> Values(Func<Parameter, Tensor> of) =>
            [.. parameters.Select(p => TraceObjective.Values(of(p).detach()))];

        Tensor Closure()
        {
            seen = Values(p => p);
            foreach (var parameter in parameters)
                parameter.grad = parameter.detach();
            return zeros(1);
        }
    }

    [TestMethod]
    public void A_mask_and_a_clip_after_every_step_hold_where_the_gradient_is_taken()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(
            problem.Parameters, AliceOptimizerOptions.Published with { LearningRate = 0.05 });
        var first = problem.Parameters.First();
        using var scope = NewDisposeScope();
        var mask = ones(8, 3);
        mask[0] = zeros(3);
        for (var n = 0; n < 40; n++)
        {
            Apply();
            var evaluations = 0;
            optimizer.step(() =>
            {
                evaluations++;
                if (evaluations == 3)
                    Assert.AreEqual(0f, first.detach()[0].abs().max().item<float>());
                return problem.Evaluate();
            }).Dispose();
        }

        void Apply()
        {
            using var noGradient = no_grad();
            first.mul_(mask);
        }
    }

    [TestMethod]
    public void A_saved_state_has_the_weights_written_last()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Parameters);
        optimizer.step(problem.Evaluate).Dispose();
        using (no_grad())
            foreach (var parameter in problem.Parameters)
                parameter.zero_();
        using var other = new TestProblem(seed: 2);
        using var resumed = new AliceOptimizer(other.Parameters);
        resumed.load_state_dict(optimizer.state_dict());
        Assert.IsTrue(other.Values().All(value => value == 0));
    }

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void A_parameter_that_is_frozen_rests_and_goes_on_afterwards(AliceOptimizerOptions options, bool onDevice)
    {
        foreach (var byFlag in new[] { true, false })
        {
            using var scope = NewDisposeScope();
            var (free, frozen) = (new Parameter(ones(3, dtype: ScalarType.Float64)),
                new Parameter(ones(2, dtype: ScalarType.Float64)));
            using var optimizer = new AliceOptimizer([free, frozen], options) { DefersFiniteCheck = onDevice };
            double[] before = [];
            Train(50, isFrozen: false);
            before = TraceObjective.Values(frozen);
            var state = State();
            Train(25, isFrozen: true);
            CollectionAssert.AreEqual(before, TraceObjective.Values(frozen));
            CollectionAssert.AreEqual(state, State());
            Assert.IsLessThan(before[0], TraceObjective.Values(free)[0], "the other moves");
            Train(50, isFrozen: false);
            Assert.IsLessThan(before[0], TraceObjective.Values(frozen)[0]);

            double[] State() => [.. optimizer.StateOf(frozen).All.SelectMany(TraceObjective.Values)];

            void Train(int steps, bool isFrozen)
            {
                if (byFlag)
                    frozen.requires_grad = !isFrozen;
                for (var n = 0; n < steps; n++)
                    optimizer.step(() =>
                    {
                        free.grad = free.detach();
                        // A flag leaves the last gradient where it is.
                        if (!isFrozen)
                            frozen.grad = frozen.detach();
                        else if (byFlag)
                            Assert.AreEqual(before[0], TraceObjective.Values(frozen)[0], "evaluated where it rests");
                        else
                            frozen.grad = null;
                        return zeros(1);
                    });
            }
        }
    }

    [TestMethod]
    public void A_parameter_that_is_thawed_before_a_quick_step_waits_for_a_sample_step()
    {
        using var scope = NewDisposeScope();
        var (first, late) = (new Parameter(ones(3)), new Parameter(ones(3)));
        late.requires_grad = false;
        using var optimizer = new AliceOptimizer(
            [first, late], AliceOptimizerOptions.Published with { StartingSteps = 2, QuickSteps = 3 });
        var begun = new List<int>();
        for (var n = 1; n <= 9; n++)
        {
            late.requires_grad = n >= 5;
            optimizer.step(() =>
            {
                first.grad = first.detach().clone();
                late.grad = late.detach().clone();
                return zeros(1);
            });
            if (TraceObjective.Values(optimizer.StateOf(late).SecondMoment).All(value => value > 0))
                begun.Add(n);
        }
        // Every fourth is a sample step.
        CollectionAssert.AreEqual(new[] { 8, 9 }, begun);
    }

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void A_parameter_that_is_thawed_late_begins_as_at_the_start(AliceOptimizerOptions options, bool onDevice)
    {
        using var scope = NewDisposeScope();
        var (first, late) = (new Parameter(ones(3, dtype: ScalarType.Float64)),
            new Parameter(ones(3, dtype: ScalarType.Float64)));
        late.requires_grad = false;
        using var optimizer = new AliceOptimizer([first, late], options) { DefersFiniteCheck = onDevice };
        optimizer.Directions = parameter => ones_like(parameter);
        Train(100);
        CollectionAssert.AreEqual(new double[] { 1, 1, 1 }, TraceObjective.Values(late));
        late.requires_grad = true;
        var largest = 0.0;
        for (var n = 0; n < 100; n++)
        {
            var before = TraceObjective.Values(late)[0];
            Train(1);
            largest = Math.Max(largest, Math.Abs(TraceObjective.Values(late)[0] - before));
        }
        // With half of Adam's step and more it would have moved by as much at once, with averages that began at zero.
        Assert.IsLessThan(options.LearningRate * options.MaximumStep * 1.01, largest);
        Assert.IsLessThan(1, TraceObjective.Values(late)[0]);

        void Train(int steps)
        {
            for (var n = 0; n < steps; n++)
                optimizer.step(() =>
                {
                    first.grad = first.detach();
                    late.grad = late.detach();
                    return zeros(1);
                });
        }
    }
}
