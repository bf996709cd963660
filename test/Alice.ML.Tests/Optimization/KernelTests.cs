using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

[TestClass]
public class KernelTests
{
    public static IEnumerable<object[]> Cases =>
        from dtype in new[] { ScalarType.Float32, ScalarType.Float64 }
        from bound in Enum.GetValues<StepBound>()
        from hessian in Enum.GetValues<HessianEstimate>()
        from glass in new[] { true, false }
        where glass || hessian != HessianEstimate.Zero
        select new object[] { dtype, bound, hessian, glass };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Vector_kernels_and_tensor_operations_agree(
        ScalarType dtype, StepBound bound, HessianEstimate hessian, bool glass)
    {
        var options = new AliceOptimizerOptions
        {
            StepBound = bound,
            HessianEstimate = hessian,
            UseGlass = glass,
            MinimumStep = 0.5,
            LookAhead = 0.8,
            Epsilon = 0.01,
            L1Regularization = 0.01,
            L2Regularization = 0.1,
            HessianScale = 0.7,
            GlassScale = 0.4,
            StartingSteps = hessian == HessianEstimate.Signed ? 3 : null,
            AverageSampleGradients = hessian == HessianEstimate.Absolute,
        };
        // Every length of the last, partial vector.
        for (var count = 1; count <= 19; count++)
        {
            using var scope = NewDisposeScope();
            using var random = new Generator((ulong)count);
            var start = randn(count, dtype: dtype, generator: random);
            using var vector = new AliceState(start);
            using var tensors = new AliceState(start);
            for (var n = 1; n <= 24; n++)
            {
                var step = AliceStep.Create(options, 1e-3, n);
                var gradients = Enumerable.Range(0, 3)
                    .Select(_ => randn(count, dtype: dtype, generator: random)).ToArray();
                if (n % 5 == 0)
                    gradients[0][0] = 0;
                var directions = sign(gradients[1]);
                if (step.IsSample)
                {
                    AliceUpdate.MeasureCurvature(vector, gradients[1], gradients[2], gradients[0], directions, step);
                    TensorKernels.MeasureCurvature(
                        tensors, gradients[1], gradients[2], gradients[0], directions, step, null);
                    AliceUpdate.Move(vector, gradients[1], gradients[2], gradients[0], step);
                }
                else
                    AliceUpdate.Move(vector, gradients[0], step);
                TensorKernels.Move(tensors, gradients[1], gradients[2], gradients[0], step, null);
                AssertNear(vector, tensors, dtype == ScalarType.Float64 ? 1e-11 : 2e-5);
            }
        }
    }

    [TestMethod]
    public void Large_states_are_worked_on_by_several_threads_with_the_same_result()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        var count = (int)VectorLoop.ParallelFrom + 13;
        var step = AliceStep.Create(AliceOptimizerOptions.Published, 1e-3, 12);
        var start = randn(count, generator: random);
        var gradients = Enumerable.Range(0, 3).Select(_ => randn(count, generator: random)).ToArray();
        using var whole = new AliceState(start);
        AliceUpdate.MeasureCurvature(whole, gradients[1], gradients[2], gradients[0], gradients[0], step);
        AliceUpdate.Move(whole, gradients[0], step);

        const int split = 500_001;
        foreach (var (from, length) in new[] { (0, split), (split, count - split) })
        {
            using var part = new AliceState(start.narrow(0, from, length));
            var pieces = gradients.Select(g => g.narrow(0, from, length)).ToArray();
            AliceUpdate.MeasureCurvature(part, pieces[1], pieces[2], pieces[0], pieces[0], step);
            AliceUpdate.Move(part, pieces[0], step);
            foreach (var (mine, all) in Parts(part).Zip(Parts(whole)))
                TensorAssert.AreSame(all.narrow(0, from, length), mine);
        }
    }

    [TestMethod]
    public void Tensor_operations_work_in_parts_with_the_same_result()
    {
        // A whole part and a short one.
        const int Count = (1 << 18) + 13;
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var start = randn(Count, generator: random);
        using var vector = new AliceState(start);
        using var tensors = new AliceState(start);
        var (g, plus, minus) = (Random(), Random(), Random());
        for (var n = 1; n <= 2; n++)
        {
            var step = AliceStep.Create(AliceOptimizerOptions.Tabular with { QuickSteps = 0 }, 1e-3, n);
            AliceUpdate.Apply(vector, plus, minus, g, g, step);
            AliceUpdate.Apply(tensors, plus, minus, g, g, step, tensor(true));
            AssertNear(vector, tensors, 2e-5);
        }
        Assert.IsFalse(TensorAssert.Same(start, tensors.Center));

        Tensor Random() => randn(Count, generator: random);
    }

    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float64)]
    public void Perturbed_points_lie_at_the_radius_on_both_sides(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var centre = ones(37, dtype: dtype).cumsum(0);
        var directions = empty(37, dtype: dtype);
        AliceDirections.Fill(directions, 5);
        var away = directions * directions.Constant(0.5);
        var (plus, minus) = (centre.Plus(away), centre - away);
        var (above, below) = (empty(37, dtype: dtype), empty(37, dtype: dtype));
        TensorKernels.Perturb(centre, directions, 0.5, above, below);
        TensorAssert.AreSame(plus, above);
        TensorAssert.AreSame(minus, below);
        above.zero_();
        AliceUpdate.Perturb(centre, directions, 0.5, above, directions);
        TensorAssert.AreSame(plus, above);
        TensorAssert.AreSame(minus, directions);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(63)]
    [DataRow(64)]
    [DataRow(1000)]
    public void Directions_of_a_key_are_the_same_for_every_dtype_and_way_to_compute_them(int count)
    {
        using var scope = NewDisposeScope();
        var single = empty(count);
        var exact = empty(count, dtype: ScalarType.Float64);
        var onDevice = empty(count);
        var other = empty(count);
        AliceDirections.Fill(single, 77);
        AliceDirections.Fill(exact, 77);
        AliceDirections.FillOnDevice(onDevice, 77);
        AliceDirections.Fill(other, 78);
        TensorAssert.AreSame(onDevice, single);
        TensorAssert.AreSame(exact.to(ScalarType.Float32), single);
        Assert.IsTrue(count == 1 || !TensorAssert.Same(single, other));
    }

    [TestMethod]
    public void Directions_are_balanced_and_independent_signs()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(4);
        var first = empty(100_000, dtype: ScalarType.Float64);
        var second = empty_like(first);
        AliceDirections.Fill(first, random);
        AliceDirections.Fill(second, random);
        TensorAssert.AreSame(ones_like(first), first.abs());
        // Five standard errors of a mean of 100,000 signs.
        const double bound = 5 * 0.00316;
        Assert.IsLessThan(bound, Math.Abs(first.mean().item<double>()));
        Assert.IsLessThan(bound, Math.Abs((first * second).mean().item<double>()));
        foreach (var lag in new[] { 1, 8, 64 })
            Assert.IsLessThan(bound, Math.Abs((first[lag..] * first[..^lag]).mean().item<double>()));
    }

    [TestMethod]
    [DataRow(double.NaN)]
    [DataRow(double.PositiveInfinity)]
    [DataRow(double.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_seen_wherever_it_is(double value)
    {
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
            for (var at = 0; at < 21; at++)
            {
                using var scope = NewDisposeScope();
                var values = ones(21, dtype: dtype);
                Assert.IsTrue(AliceUpdate.IsFinite(values));
                values[at] = value;
                Assert.IsFalse(AliceUpdate.IsFinite(values));
            }
    }

    [TestMethod]
    public void Share_at_the_upper_bound_counts_the_parameters_that_met_it()
    {
        using var scope = NewDisposeScope();
        var options = AliceOptimizerOptions.Published with
        {
            UseGlass = false,
            StepBound = StepBound.Fixed,
            MaximumStep = 500,
        };
        var step = AliceStep.Create(options, 1e-3, 20);
        using var state = new AliceState(zeros(4));
        state.Hessian.copy_(tensor(new float[] { 1, 1, 10, 100 }));
        var gradient = ones(4);
        state.Gradient.copy_(gradient);
        AliceUpdate.Move(state, gradient, step);
        Assert.AreEqual(0.5, AliceUpdate.ShareAtUpperBound(state, step), 1e-12);
    }

    [TestMethod]
    public void Reports_by_loops_are_those_by_tensors()
    {
        foreach (var estimate in Enum.GetValues<HessianEstimate>())
            foreach (var bound in Enum.GetValues<StepBound>())
                foreach (var (l2, usesGlass) in new[] { (0.0, true), (0.01, true), (0.0, false) })
                {
                    using var scope = NewDisposeScope();
                    using var generator = new Generator(1);
                    var options = AliceOptimizerOptions.Tabular with
                    {
                        HessianEstimate = estimate,
                        StepBound = bound,
                        L2Regularization = l2,
                        UseGlass = usesGlass,
                    };
                    var step = AliceStep.Create(options, 0.3, 400);
                    // Whole vectors and a rest.
                    var state = new AliceState(zeros(1003));
                    state.Gradient.copy_(randn(1003, generator: generator));
                    state.SecondMoment.copy_(rand(1003, generator: generator));
                    state.GlassDensity.copy_(rand(1003, generator: generator));
                    state.Hessian.copy_(rand(1003, generator: generator).Scale(5));
                    var expected = TensorKernels.Curvature(state, estimate);
                    var actual = AliceUpdate.Curvature(state, estimate);
                    Assert.AreEqual(expected.GlassDensity, actual.GlassDensity, 1e-5);
                    Assert.AreEqual(expected.Hessian, actual.Hessian, 1e-5);
                    // One parameter may round to the other side of the bound.
                    Assert.AreEqual(
                        TensorKernels.ShareAtUpperBound(state, step), AliceUpdate.ShareAtUpperBound(state, step),
                        1.5 / 1003,
                        $"{estimate} {bound} {l2} {usesGlass}");
                    state.Dispose();
                }
    }

    private static Tensor[] Parts(AliceState s) =>
        [s.Center, s.LookAhead, s.Gradient, s.GlassDensity, s.Hessian, s.SecondMoment];

    private static void AssertNear(AliceState first, AliceState second, double tolerance)
    {
        foreach (var (a, b) in Parts(first).Zip(Parts(second)))
            TensorAssert.AreNear(b, a, tolerance);
    }
}
