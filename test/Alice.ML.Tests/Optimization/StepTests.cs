using System.Numerics;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>What a step consists of: its constants, the order of its parts, its random directions, and what is reported
/// of it.</summary>
[TestClass]
public class StepTests
{
    [TestMethod]
    public void Quick_and_sample_steps_evaluate_in_the_order_of_the_update_and_end_at_the_first_bad_value()
    {
        string[] sample = ["perturb", "Plus", "Minus", "LookAhead", "update"], quick = ["LookAhead", "update"];
        foreach (var parts in new[] { sample, quick })
        {
            foreach (var bad in parts.Where(Enum.GetNames<EvaluationPoint>().Contains).Append(null))
            {
                var log = new List<string>();
                var step = new Recorded(parts == sample, bad, log);
                Assert.AreEqual(bad is null, StepProtocol.Take(ref step));
                CollectionAssert.AreEqual(
                    bad is null ? parts : parts[..(Array.IndexOf(parts, bad) + 1)], log, $"{bad} is not finite");
            }
        }
    }

    [TestMethod]
    public void Constants_of_a_step_follow_from_its_number()
    {
        var options = AliceOptimizerOptions.Tabular with { StartingSteps = 3, L1Regularization = 0.5 };
        // Of 16 steps with 7 quick ones between: 1 to 3 fill the averages, and 8 and 16 are sample steps.
        var steps = Enumerable.Range(1, 16).Select(n => AliceStep.Create(options, 0.01, n)).ToList();
        CollectionAssert.AreEqual(
            new long[] { 1, 2, 3, 8, 16 }, steps.Where(s => s.IsSample).Select(s => s.Number).ToList());
        Assert.IsTrue(steps.All(s => s.AveragesGradients == s.IsSample && s.Moves == s.Number > 3));
        var first = steps[0];
        Assert.AreEqual((0.0, 0.0, 0.0), (first.GradientMemory, first.SecondMomentMemory, first.CurvatureMemory));
        var (second, last) = (steps[1], AliceStep.Create(options, 0.01, 4001));
        Assert.AreEqual((0.5, 0.5, 0.5), (second.GradientMemory, second.SecondMomentMemory, second.CurvatureMemory));
        Assert.AreEqual((0.95, 0.995), (last.GradientMemory, last.SecondMomentMemory));
        Assert.AreEqual(0.96, last.CurvatureMemory, 1e-12);
        Assert.AreEqual(3 / (4 * Math.PI), last.GlassFactor, 1e-15);
        Assert.AreEqual(0, AliceStep.Create(options with { Beta2 = 0.5, QuickSteps = 1 }, 0.01, 50).CurvatureMemory);

        // Parameters that were thawed late have averages of their own, in a step that is a sample step or is not.
        var late = steps[15].As(options, 3);
        Assert.AreEqual((3L, true, true, false),
            (late.Number, late.IsSample, late.AveragesGradients, late.Moves));
        Assert.AreEqual(2.0 / 3, late.GradientMemory, 1e-15);
        Assert.IsFalse(steps[14].As(options, 2) is { IsSample: true } or { AveragesGradients: true });
        Assert.AreEqual(steps[15], steps[15].As(options, 16));
    }

    [TestMethod]
    [DataRow(0, 0, false)]
    [DataRow(0.1, 0, true)]
    [DataRow(0, 0.1, true)]
    [DataRow(0.1, 0.1, true)]
    public void Either_regularization_limits_the_unit_of_the_bounds(double l1, double l2, bool isRegularised) =>
        Assert.AreEqual(isRegularised, AliceStep.Create(
            new() { L1Regularization = l1, L2Regularization = l2 }, 0.01, 20).IsRegularised);

    [TestMethod]
    // (1 − β₁)² / ((1 − β₂)(1 − β₁²/β₂)), and without its last factor from β₂ = β₁² on.
    [DataRow(0.5, 0.75, 1.5)]
    [DataRow(0.5, 0.25, 1 / 3.0)]
    [DataRow(0.5, 0.2, 0.3125)]
    [DataRow(0.0, 0.75, 4)]
    public void The_largest_unit_is_finite_for_all_decay_rates(double beta1, double beta2, double square) =>
        Assert.AreEqual(Math.Sqrt(square), AliceStep.LargestRatio(beta1, beta2), 1e-12);

    [TestMethod]
    public void Directions_are_the_bits_of_SplitMix64_so_a_run_takes_the_same_ones_for_ever()
    {
        // The first output for seed 0 is published. Its state then is the constant itself.
        const ulong Increment = 0x9e3779b97f4a7c15;
        var state = 0ul;
        var outputs = Enumerable.Range(0, 129).Select(_ => Next()).ToArray();
        Assert.AreEqual(0xe220a8397b1dcdaf, outputs[0]);
        using var scope = NewDisposeScope();
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var (filled, onDevice) = (empty(150, dtype: dtype), empty(150, dtype: dtype));
            AliceDirections.Fill(filled, Increment);
            AliceDirections.FillOnDevice(onDevice, Increment);
            TensorAssert.AreSame(filled, onDevice);
            // One output gives 64 signs; the state runs on by the number of elements.
            var signs = TraceObjective.Values(filled);
            for (var i = 0; i < signs.Length; i++)
                Assert.AreEqual((outputs[i / 64 * 64] >> i % 64 & 1) == 0 ? 1 : -1, signs[i], $"{dtype} {i}");
        }
        // Keys of steps and of parts: a state that was saved goes on with them.
        Assert.AreEqual(StepProtocol.Key(5, 1), AliceDirections.Key(5, 0));
        Assert.AreEqual(StepProtocol.Key(5, 9), AliceDirections.Key(5, 8));
        Assert.AreEqual(StepProtocol.Key(5, 9, 2), AliceDirections.Key(AliceDirections.Key(5, 8), 2));
        Assert.AreEqual(Mix(7 ^ Mix(4)), AliceDirections.Key(7, 3));
        using var generator = new Generator(3);
        using var same = new Generator(3);
        using var drawn = randint(0, long.MaxValue, [1], ScalarType.Int64, generator: same);
        Assert.AreEqual(Mix((ulong)drawn.item<long>()), AliceDirections.Key(generator));
        Assert.AreNotEqual(Mix((ulong)drawn.item<long>()), AliceDirections.Key(generator), "one number is drawn");

        ulong Next() => Mix(unchecked(state += Increment));

        static ulong Mix(ulong z)
        {
            z = unchecked((z ^ z >> 30) * 0xbf58476d1ce4e5b9);
            z = unchecked((z ^ z >> 27) * 0x94d049bb133111eb);
            return z ^ z >> 31;
        }
    }

    public static IEnumerable<object[]> Shares()
    {
        // Three weights with their g, s, ρ and h; ε = 1/4, HessianScale = 1/2, and glass so that α = ρ / (q + ε).
        // Without glass a step is q / (h/2 + ε).
        var fixedBound = new AliceOptimizerOptions
        {
            LearningRate = 1,
            MaximumStep = 2,
            StepBound = StepBound.Fixed,
            Epsilon = 0.25,
            HessianScale = 0.5,
            UseGlass = false,
            GlassScale = 4 * Math.PI / 3,
            StartingSteps = 1,
        };
        // 1/0.55, 1/0.45 and 3/1.45 of at most 2.
        yield return [fixedBound, new[] { 1.0, 1, -3 }, new double[3], new double[3], new[] { 0.6, 0.4, 2.4 }, 2];
        yield return [fixedBound with { HessianEstimate = HessianEstimate.RootMeanSquare },
            new[] { 1.0, 1, -3 }, new double[3], new double[3], new[] { 0.36, 0.16, 5.76 }, 2];
        yield return [fixedBound with { HessianEstimate = HessianEstimate.Signed },
            new[] { 1.0, 1, -3 }, new double[3], new double[3], new[] { -0.6, 0.4, -2.4 }, 2];
        // Glass alone: q / (2α + ε), which are 1/0.522, 1/0.49 and 3/1.481.
        yield return [fixedBound with { HessianEstimate = HessianEstimate.Zero, UseGlass = true },
            new[] { 1.0, 1, -3 }, new double[3], new[] { 0.17, 0.15, 2 }, new[] { 9.0, 9, 9 }, 2];
        // Both: α = 1, 1.048 and 1 with h/2 = 1, 1 and 1.1, so 1.256, 1.224 and 1.208 of at most 1.25.
        yield return [fixedBound with { UseGlass = true, MaximumStep = 1.25 },
            new[] { 5.0, 5, -5 }, new double[3], new[] { 5.25, 5.5, 5.25 }, new[] { 2.0, 2, 2.2 }, 1];
        // At most 2q, with regularization as well.
        foreach (var l2 in new[] { 0, 0.1 })
            yield return [fixedBound with { StepBound = StepBound.Sgdm, L2Regularization = l2 },
                new[] { 100.0, 1, -3 }, new double[3], new double[3], new[] { 0.6, 0.4, 0.6 }, 1];
        // At most 2q/(0.8 + ε): if h/2 + ε is 0.55, 0.5 and 0.5, the first is shorter.
        yield return [fixedBound with { StepBound = StepBound.Adam },
            new[] { 1.0, 1, -3 }, new[] { 0.64, 0.64, 0.64 }, new double[3], new[] { 0.6, 0.5, 0.5 }, 2];
        // q/(1 + ε) = 80 is limited to 7.27, so at most 14.5: 100/7, 100/6.75 and 100/6.75.
        yield return [fixedBound with { StepBound = StepBound.Adam, L2Regularization = 0.1 },
            new[] { 100.0, 100, -100 }, new[] { 1.0, 1, 1 }, new double[3], new[] { 13.5, 13, 13 }, 2];
    }

    [TestMethod]
    [DynamicData(nameof(Shares))]
    public void The_share_at_the_upper_bound_is_that_by_hand(
        AliceOptimizerOptions options, double[] g, double[] s, double[] rho, double[] h, int atBound)
    {
        var step = AliceStep.Create(options, 1, 20);
        // The loop of single precision has whole vectors and a rest; that with tensors works in parts.
        foreach (var (dtype, times) in new[]
        {
            (ScalarType.Float32, 1), (ScalarType.Float32, Vector<float>.Count), (ScalarType.Float32, 13),
            (ScalarType.Float64, 1), (ScalarType.Float64, 90_000)
        })
        {
            using var scope = NewDisposeScope();
            using var state = State(dtype, times, g, s, rho, h);
            Assert.AreEqual(atBound / 3.0, AliceUpdate.ShareAtUpperBound(state, step), 1e-12, $"{dtype} × {times}");
        }
    }

    [TestMethod]
    [DataRow(HessianEstimate.Zero, 10.0)]
    [DataRow(HessianEstimate.Absolute, 10.0)]
    [DataRow(HessianEstimate.Signed, 10.0)]
    [DataRow(HessianEstimate.RootMeanSquare, 8 / 3.0)]
    public void The_reported_curvature_is_that_by_hand(HessianEstimate estimate, double hessian)
    {
        double[] h = estimate == HessianEstimate.Signed ? [1, -4, 25] : [1, 4, 25];
        foreach (var (dtype, times) in new[]
        {
            (ScalarType.Float32, 1), (ScalarType.Float32, Vector<float>.Count), (ScalarType.Float32, 13),
            (ScalarType.Float64, 1), (ScalarType.Float64, 13)
        })
        {
            using var scope = NewDisposeScope();
            using var state = State(dtype, times, new double[3], new double[3], [1, 2, 6], h);
            var (glass, mean) = AliceUpdate.Curvature(state, estimate);
            Assert.AreEqual(3, glass, 1e-12, $"{dtype} × {times}");
            Assert.AreEqual(hessian, mean, 1e-12, $"{dtype} × {times}");
        }
    }

    private static AliceState State(
        ScalarType dtype, int times, double[] g, double[] s, double[] rho, double[] h)
    {
        var state = new AliceState(zeros(3 * times, dtype: dtype));
        foreach (var (into, values) in new[]
        {
            (state.Gradient, g), (state.SecondMoment, s), (state.GlassDensity, rho), (state.Hessian, h)
        })
            into.copy_(tensor(values).repeat(times));
        return state;
    }

    private readonly struct Recorded(bool isSample, string? bad, List<string> log) : IStepOfAlice
    {
        public bool IsSample => isSample;

        public void Perturb() => log.Add("perturb");

        public bool Evaluate(EvaluationPoint point)
        {
            log.Add(point.ToString());
            return point.ToString() != bad;
        }

        public void Update() => log.Add("update");
    }
}
