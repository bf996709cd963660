using Alice.ML.Models;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training;
using Alice.ML.Training.Kernels;
using FsCheck;
using FsCheck.Fluent;

namespace Alice.ML.Tests.Training.Kernels;

/// <summary>Vector kernels of every width against double loops.</summary>
[TestClass]
public unsafe class NetworkKernelTests
{
    private const double Tolerance = 1e-5;

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void Losses_gradients_and_outputs_are_those_of_double_loops(int bits) =>
        Prop.ForAll(KernelProblem.Any.ToArbitrary(), problem => Agree(problem, bits))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(250));

    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void Gradients_of_parts_add_up_to_that_of_the_minibatch(int bits) =>
        Prop.ForAll(KernelProblem.Any.Where(problem => problem.Rows > 1).ToArbitrary(), problem =>
        {
            var (rows, weights, kernel) = Make(problem, bits);
            var whole = new float[weights.Length];
            var parts = new float[weights.Length];
            var cut = problem.Rows / 3 + 1;
            double loss, partLoss;
            fixed (float* w = weights, g = whole, p = parts)
            {
                loss = kernel.Evaluate(w, g, rows.Batch);
                partLoss = kernel.Evaluate(w, p, rows.Part(0, cut));
                if (cut < problem.Rows)
                    partLoss += kernel.Evaluate(w, p, rows.Part(cut, problem.Rows), adds: true);
            }
            Assert.AreEqual(loss, partLoss, Tolerance * (1 + Math.Abs(loss)));
            AssertClose([.. whole.Select(g => (double)g)], parts, Tolerance, problem);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [TestMethod]
    public void The_same_input_gives_the_same_bits_on_any_thread_and_after_any_other()
    {
        var problem = Dense(Activation.GELU) with { Dropout = 0.2 };
        var (rows, weights, kernel) = Make(problem, 0);
        var expected = Gradient(kernel, weights, rows.Batch);
        Gradient(kernel, weights, rows.Part(3, 64)); // leaves other numbers in the work memory
        CollectionAssert.AreEqual(expected, Gradient(kernel, weights, rows.Batch));
        Parallel.For(0, 8, _ =>
        {
            var own = NetworkKernel.Create(problem.Shape(problem.Columns), problem.KernelLoss);
            CollectionAssert.AreEqual(expected, Gradient(own, weights, rows.Batch));
        });
    }

    [TestMethod]
    public void An_evaluation_allocates_nothing()
    {
        var (rows, weights, kernel) = Make(Dense(Activation.SiLU) with { Dropout = 0.2 }, 0);
        var gradient = new float[weights.Length];
        fixed (float* w = weights, g = gradient)
        {
            kernel.Evaluate(w, g, rows.Batch);
            var before = GC.GetAllocatedBytesForCurrentThread();
            kernel.Evaluate(w, g, rows.Batch);
            Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    // A diverged network is found by its loss: no mask and no bound may hide that a number is none.
    [TestMethod]
    [DataRow(128)]
    [DataRow(256)]
    [DataRow(512)]
    public void A_loss_is_not_finite_where_a_weight_is_not(int bits)
    {
        foreach (var activation in Enum.GetValues<Activation>())
        {
            var (rows, weights, kernel) = Make(Dense(activation), bits);
            foreach (var parameter in new[] { 3, 700, weights.Length - 1 })
            {
                var broken = (float[])weights.Clone();
                broken[parameter] = float.NaN;
                fixed (float* w = broken, g = new float[weights.Length])
                    Assert.IsTrue(double.IsNaN(kernel.Evaluate(w, g, rows.Batch)),
                        $"{activation}, parameter {parameter}");
            }
        }
    }

    [TestMethod]
    public void Widths_that_no_processor_has_are_named()
    {
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            NetworkKernel.Create(new NetworkShape([2, 1], Activation.ReLU), new KernelLoss(LossKind.Squared),
                bits: 64));
        Assert.Contains("Vectors have 512, 256 or 128 bits.", error.Message);
    }

    private static KernelProblem Dense(Activation activation) => new()
    {
        Hidden = [40, 17],
        Activation = activation,
        Dropout = 0,
        Inputs = KernelInputs.Numbers,
        Columns = 9,
        Rows = 135,
        Loss = LossKind.Squared,
        MoreOutputs = 0,
        HasWeights = true,
        Adds = false,
        Seed = 1,
    };

    private static void Agree(KernelProblem problem, int bits)
    {
        var (rows, weights, kernel) = Make(problem, bits);
        var reference = new ReferenceNetwork(
            problem.Shape(rows.Features[0].Length), problem.KernelLoss, [.. weights.Select(w => (double)w)]);
        var (loss, expected) = reference.Evaluate(rows.Features, rows.Targets, rows.Factors, Mask(problem));
        if (reference.IsNearKink)
            return;

        // What lies around weights and gradient is neither used nor written.
        const int Margin = 64;
        var start = problem.Adds ? 0.25f : float.NaN;
        float[] gradient = [.. Enumerable.Repeat(-7f, Margin), .. Enumerable.Repeat(start, weights.Length),
            .. Enumerable.Repeat(-7f, Margin)];
        float[] surrounded = [.. Enumerable.Repeat(float.NaN, Margin), .. weights,
            .. Enumerable.Repeat(float.NaN, Margin)];
        var outputs = new float[problem.Rows * problem.Outputs];
        double actual;
        fixed (float* w = surrounded, g = gradient, o = outputs)
        {
            actual = kernel.Evaluate(w + Margin, g + Margin, rows.Batch, problem.Adds);
            kernel.Outputs(w + Margin, rows.Batch, o);
        }

        double[] wanted = [.. rows.Features.SelectMany(reference.Outputs)];
        // What an output may be wrong by is what its exponential may be wrong by as a share.
        var share = Tolerance * (problem.Loss == LossKind.Poisson ? Math.Max(1, wanted.Max(Math.Abs)) : 1);
        Assert.AreEqual(loss, actual, share * (1 + Math.Abs(loss)), $"{problem}");
        AssertClose([.. expected.Select(e => problem.Adds ? e + start : e)], gradient[Margin..^Margin], share, problem);
        Assert.IsTrue(gradient[..Margin].Concat(gradient[^Margin..]).All(g => g == -7f), "written beyond the gradient");
        AssertClose(wanted, outputs, Tolerance, problem);
    }

    private static void AssertClose(double[] expected, float[] actual, double share, KernelProblem problem)
    {
        var largest = Math.Max(1, expected.Max(Math.Abs));
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], share * largest,
                $"element {i} of {problem} with hidden {string.Join('-', problem.Hidden)}");
    }

    /// <summary>The masks as the kernels have them, one unit at a time.</summary>
    private static Func<int, int, int, double> Mask(KernelProblem problem)
    {
        var dropout = new Dropout(problem.Dropout, (ulong)problem.Seed);
        if (!dropout.IsActive)
            return (_, _, _) => 1;
        return (layer, row, unit) => FirstOf(dropout.Factors<Floats128>(dropout.RowKey(layer, row), unit));

        static float FirstOf(Floats128 lanes)
        {
            var values = stackalloc float[Floats128.Count];
            lanes.Store(values);
            return values[0];
        }
    }

    private static (KernelRows Rows, float[] Weights, NetworkKernel Kernel) Make(KernelProblem problem, int bits)
    {
        var random = new Random(problem.Seed);
        var rows = new KernelRows(problem, random);
        var shape = problem.Shape(rows.Features[0].Length);
        float[] weights = [.. Enumerable.Range(0, shape.Parameters).Select(_ => 0.3f * KernelProblem.Normal(random))];
        return (rows, weights, NetworkKernel.Create(shape, problem.KernelLoss, rows.Inputs, bits));
    }

    private static float[] Gradient(NetworkKernel kernel, float[] weights, in KernelBatch batch)
    {
        var gradient = new float[weights.Length];
        fixed (float* w = weights, g = gradient)
            kernel.Evaluate(w, g, batch);
        return gradient;
    }
}
