using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Group = Alice.ML.Optimization.AliceOptimizer.ParamGroup;

namespace Alice.ML.Tests.Optimization;

/// <summary>Several parameter groups, several data types in a group, and parameters that begin or rest at other steps
/// than their neighbors.</summary>
[TestClass]
public class GroupTests
{
    private static readonly AliceOptimizerOptions Fast = new()
    {
        LearningRate = 0.05,
        Beta1 = 0.5,
        Beta2 = 0.9,
        QuickSteps = 3,
    };

    [TestMethod]
    [DataRow(HessianEstimate.Absolute)]
    [DataRow(HessianEstimate.RootMeanSquare)]
    [DataRow(HessianEstimate.Signed)]
    public void Curvature_summary_averages_over_all_parameters_of_each_group(HessianEstimate estimate)
    {
        // The gradient h·x + c·|x| at x = 0 has the second derivative h, and a kink that gives the density 2·c²·σ.
        const double radius = 0.25;
        using var scope = NewDisposeScope();
        var (single, wide, empty, second) = (new Parameter(zeros(3)), new Parameter(zeros(2, dtype: float64)),
            new Parameter(zeros(0, 4, dtype: float64)), new Parameter(zeros(1, 2)));
        var curves = new (Parameter, double[] Hessian, double[] Kink)[]
        {
            (single, [1, -2, 4], [1, 2, 0]),
            (wide, [8, 1], [3, 0.5]),
            (second, [-6, 3], [2, 4]),
        };
        using var optimizer = new AliceOptimizer(
            [new Group([single, wide]), new([empty, second]), new([new Parameter(zeros(0, dtype: float64))])],
            Fast with { HessianEstimate = estimate, PerturbationRadius = radius });
        optimizer.step(() =>
        {
            foreach (var (parameter, hessian, kink) in curves)
            {
                var x = parameter.detach();
                parameter.grad = (x * Like(hessian)).Plus(x.abs() * Like(kink));

                Tensor Like(double[] values) => tensor(values, x.dtype).view(x.shape);
            }
            return zeros(1);
        });
        var summary = optimizer.CurvatureSummary();
        CollectionAssert.AreEqual(
            new[] { (0, 5L), (1, 2L), (2, 0L) }, summary.Select(s => (s.Group, s.ParameterCount)).ToArray());
        foreach (var (index, hessian, density) in new[]
        {
            (0, (1 + 2 + 4 + 8 + 1) / 5.0, 2 * radius * (1 + 4 + 0 + 9 + 0.25) / 5),
            (1, (6 + 3) / 2.0, 2 * radius * (4 + 16) / 2),
            (2, 0.0, 0.0),
        })
        {
            Assert.AreEqual(hessian, summary[index].MeanHessian, 1e-6);
            Assert.AreEqual(density, summary[index].MeanGlassDensity, 1e-6);
        }
    }

    [TestMethod]
    public void Only_the_groups_in_a_sample_step_leave_the_point_nu()
    {
        using var scope = NewDisposeScope();
        var (often, seldom) = (new Parameter(ones(3)), new Parameter(ones(4)));
        using var optimizer = new AliceOptimizer(
            [new Group([often], Fast with { QuickSteps = 0, PerturbationRadius = 0.5 }), new([seldom])], Fast);
        for (var n = 1; n <= 12; n++)
        {
            var nu = new[] { often, seldom }.Select(p => TraceObjective.Values(optimizer.StateOf(p).LookAhead))
                .ToList();
            var seen = new List<double[][]>();
            optimizer.step(() =>
            {
                seen.Add([TraceObjective.Values(often), TraceObjective.Values(seldom)]);
                often.grad = often.detach().clone();
                // What a quick step does not need may be anything.
                var isNeeded = seen.Count == 3 || n <= 2 || n % 4 == 0;
                seldom.grad = isNeeded ? seldom.detach().clone() : tensor(float.NaN).expand(4);
                return zeros(1);
            });
            Assert.HasCount(3, seen);
            for (var point = 0; point < 3; point++)
            {
                AssertDistances(point < 2 ? 0.5 : 0, nu[0], seen[point][0]);
                AssertDistances(point < 2 && (n <= 2 || n % 4 == 0) ? 0.05 : 0, nu[1], seen[point][1]);
            }
            Assert.IsTrue(seen[0][0].Zip(seen[1][0], nu[0])
                .All(p => Math.Abs(p.First + p.Second - 2 * p.Third) < 1e-5));
        }
        Assert.AreEqual((12L, 0L), (optimizer.StepCount, optimizer.SkippedSteps));

        static void AssertDistances(double expected, double[] from, double[] to)
        {
            foreach (var (a, b) in from.Zip(to))
                Assert.AreEqual(expected, Math.Abs(a - b), 1e-6);
        }
    }

    [TestMethod]
    public void Every_group_data_type_and_step_has_directions_of_its_own()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [.. new[] { float32, float64, float32, float64 }
            .Select(dtype => new Parameter(zeros(64, dtype: dtype)))];
        using var optimizer = new AliceOptimizer(
            [new Group(parameters[..2]), new(parameters[2..])], Fast with { PerturbationRadius = 0.5 });
        var seen = new List<double[]>();
        for (var n = 0; n < 2; n++)
        {
            var first = true;
            optimizer.step(() =>
            {
                foreach (var parameter in parameters)
                {
                    if (first)
                        seen.Add(TraceObjective.Values(parameter));
                    parameter.grad = zeros_like(parameter);
                }
                first = false;
                return zeros(1);
            });
        }
        Assert.HasCount(8, seen.DistinctBy(values => string.Join(" ", values)));
        foreach (var values in seen)
            CollectionAssert.AreEqual(new[] { -0.5, 0.5 }, values.Distinct().Order().ToArray());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void A_paused_group_is_neither_moved_nor_checked(bool onDevice)
    {
        using var scope = NewDisposeScope();
        var (live, paused) = (new Parameter(ones(3)), new Parameter(ones(3)));
        using var optimizer = new AliceOptimizer(
            [new Group([live]), new([paused])], Fast)
        { DefersFiniteCheck = onDevice };
        var groups = optimizer.ParamGroups.Cast<Group>().ToList();
        groups[1].LearningRate = 0;
        for (var n = 0; n < 10; n++)
            Step(loss: 0);
        Assert.IsLessThan(1, live.detach().max().item<float>());
        TensorAssert.AreSame(ones(3), paused);
        AssertCounts(10, 0, 10, 0);
        Step(loss: float.NaN);
        optimizer.state_dict();
        AssertCounts(10, 1, 10, 0);

        // Where all pause, nothing is checked, counted or moved, and the module is at μ again after each step.
        groups[0].LearningRate = 0;
        var before = TraceObjective.Values(live);
        Step(loss: float.NaN);
        CollectionAssert.AreEqual(before, TraceObjective.Values(live));
        AssertCounts(10, 1, 10, 0);

        void Step(float loss) => optimizer.step(() =>
        {
            live.grad = live.detach().clone();
            paused.grad = tensor(float.NaN).expand(3);
            return tensor(loss);
        });

        void AssertCounts(long steps, long skipped, long ofLive, long ofPaused) => Assert.AreEqual(
            (steps, skipped, ofLive, ofPaused),
            (optimizer.StepCount, optimizer.SkippedSteps, groups[0].Options.StepCount, groups[1].Options.StepCount));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Parameters_that_rest_at_other_steps_train_as_they_would_alone(bool onDevice)
    {
        using var scope = NewDisposeScope();
        var options = Fast with { QuickSteps = 0, PerturbationRadius = 0.1, StartingSteps = 3 };
        var starts = new[] { new double[] { 1 }, [2, -1], [], [3, 1, -2], [4], [5, 0.5], [-6, 7], [8] };
        Parameter[] Create() => [.. starts.Select(values => new Parameter(tensor(values)))];
        var (together, alone) = (Create(), Create());
        using var optimizer = NewOptimizer(together);
        var singles = alone.Select(parameter => NewOptimizer(parameter)).ToList();
        for (var n = 1; n <= 30; n++)
        {
            Step(optimizer, n, together);
            for (var i = 0; i < alone.Length; i++)
                if (!Rests(i, n))
                    Step(singles[i], n, alone[i]);
        }
        for (var i = 0; i < together.Length; i++)
            foreach (var (a, b) in singles[i].StateOf(alone[i]).All.Zip(optimizer.StateOf(together[i]).All))
                TensorAssert.AreNear(a, b, 1e-12, $"parameter {i}");
        singles.ForEach(single => single.Dispose());

        AliceOptimizer NewOptimizer(params Parameter[] parameters) =>
            new(parameters, options) { Directions = p => ones_like(p), DefersFiniteCheck = onDevice };

        // Neighbors with the same history and with another; some begin late.
        static bool Rests(int parameter, int step) => parameter switch
        {
            1 or 4 => step <= 5,
            5 => step is 8 or 9 or 20,
            6 => step is 10 or 11 or 20,
            _ => false,
        };

        void Step(AliceOptimizer one, int n, params Parameter[] parameters) => one.step(() =>
        {
            foreach (var parameter in parameters)
            {
                var x = parameter.detach();
                parameter.grad = Rests(Array.FindIndex(together, p => ReferenceEquals(p, parameter)), n) ? null
                    : x * x * x;
            }
            return zeros(1);
        });
    }

    [TestMethod]
    public void A_gradient_that_was_not_finite_is_forgotten_when_its_parameter_has_none()
    {
        using var scope = NewDisposeScope();
        var (first, second) = (new Parameter(ones(3)), new Parameter(ones(3)));
        using var optimizer = new AliceOptimizer([first, second], Fast);
        foreach (var gradient in new[] { tensor(float.NaN).expand(3), null })
            optimizer.step(() =>
            {
                first.grad = first.detach().clone();
                second.grad = gradient;
                return zeros(1);
            });
        Assert.AreEqual((1L, 1L), (optimizer.StepCount, optimizer.SkippedSteps));
    }

    [TestMethod]
    public void A_state_follows_to_another_device_and_stays_where_it_is_there()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(2, 3));
        using var optimizer = new AliceOptimizer([parameter, new Parameter(ones(2))], Fast);
        var state = optimizer.StateOf(parameter);
        optimizer.to(CPU);
        Assert.AreSame(state, optimizer.StateOf(parameter));
        optimizer.to(new Device(DeviceType.META));
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        optimizer.to(new Device(DeviceType.META));
        Assert.AreEqual(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var values in optimizer.StateOf(parameter).All)
            Assert.AreEqual((DeviceType.META, "2 3"), (values.device_type, string.Join(" ", values.shape)));
        Assert.IsTrue(state.All.All(values => values.IsInvalid), "the tensors on the first device are free");
    }
}
