using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>The six tensors of a state: where they lie, how they are written to files, and what updates them.</summary>
[TestClass]
public unsafe class StateTests
{
    [TestMethod]
    [DataRow(ScalarType.Float32)]
    [DataRow(ScalarType.Float64)]
    public void A_state_begins_at_a_copy_of_its_weights_and_begins_again_in_the_same_memory(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var weights = Numbers(6, dtype).view(2, 3);
        AliceState state;
        using (NewDisposeScope())
            state = new AliceState(weights.t());
        using (state)
        {
            weights.zero_();
            Holds(state, [0, 3, 1, 4, 2, 5], [0, 3, 1, 4, 2, 5], 0, 0, 0, 0);
            Assert.IsTrue(All(state).All(t => t.dtype == dtype && t.is_contiguous() && t.shape is [3, 2]));

            Fill(state);
            Holds(state, [1, 1, 1, 1, 1, 1], [2, 2, 2, 2, 2, 2], 3, 4, 5, 6);
            var memory = All(state);
            state.Restart(Numbers(6, dtype).view(3, 2));
            Holds(state, [0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], 0, 0, 0, 0);
            Assert.IsTrue(memory.Zip(All(state)).All(pair => ReferenceEquals(pair.First, pair.Second)));
        }
        Assert.IsTrue(All(state).All(t => t.IsInvalid));
    }

    [TestMethod]
    public void A_part_is_a_view_in_memory_order()
    {
        using var scope = NewDisposeScope();
        using var state = new AliceState(zeros(2, 3));
        using (var part = state.Part(2, 3))
            Fill(part);
        double[] Middle(double value) => [0, 0, value, value, value, 0];
        foreach (var (tensor, value) in All(state).Zip(new[] { 1.0, 2, 3, 4, 5, 6 }))
            CollectionAssert.AreEqual(Middle(value), TraceObjective.Values(tensor));
    }

    [TestMethod]
    public void A_state_moves_with_its_values_and_leaves_no_tensors_behind()
    {
        using var scope = NewDisposeScope();
        using var state = new AliceState(zeros(2));
        Fill(state);
        var before = All(state);
        using (NewDisposeScope())
            state.To(CPU);
        Assert.IsTrue(before.All(t => t.IsInvalid));
        Holds(state, [1, 1], [2, 2], 3, 4, 5, 6);

        before = All(state);
        var memory = zeros(6, 2);
        var rows = Enumerable.Range(0, 6).Select(i => memory[i]).ToArray();
        state.MoveInto(rows);
        Assert.IsTrue(before.All(t => t.IsInvalid));
        Assert.IsTrue(rows.Zip(All(state)).All(pair => ReferenceEquals(pair.First, pair.Second)));
        CollectionAssert.AreEqual(new double[] { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 }, TraceObjective.Values(memory));
    }

    [TestMethod]
    public void A_state_is_written_and_read_whole_and_only_into_one_of_its_shape_and_type()
    {
        using var scope = NewDisposeScope();
        using var state = new AliceState(zeros(2, 1));
        Fill(state);
        using var stream = new MemoryStream();
        state.Save(new BinaryWriter(stream));

        using var other = new AliceState(zeros(2, 1));
        var memory = All(other);
        stream.Position = 0;
        other.Restore(new BinaryReader(stream));
        Assert.AreEqual(stream.Length, stream.Position);
        Holds(other, [1, 1], [2, 2], 3, 4, 5, 6);
        Assert.IsTrue(memory.Zip(All(other)).All(pair => ReferenceEquals(pair.First, pair.Second)));

        foreach (var (shape, dtype, text) in new (long[], ScalarType, string)[]
        {
            ([1, 2], ScalarType.Float32, "Float32 [1, 2]"), ([2], ScalarType.Float32, "Float32 [2]"),
            ([2, 1], ScalarType.Float64, "Float64 [2, 1]"),
        })
        {
            using var wrong = new AliceState(zeros(shape, dtype: dtype));
            stream.Position = 0;
            Assert.AreEqual(
                "The state is that of another module, or damaged: a network is Float32 [2, 1] in it, and should be "
                + $"{text}.",
                Assert.ThrowsExactly<ArgumentException>(() => wrong.Restore(new BinaryReader(stream))).Message);
        }
    }

    [TestMethod]
    public void A_tensor_in_a_file_is_its_type_its_shape_and_its_values_row_by_row()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new double[] { 1, 2, 3, 4, 5, 6 }, 3, 2).t();
        using var stream = new MemoryStream();
        TensorRecord.Write(new BinaryWriter(stream), values);
        using var expected = new MemoryStream();
        using (var writer = new BinaryWriter(expected, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            writer.Write((byte)ScalarType.Float64);
            writer.Write((byte)2);
            writer.Write(2L);
            writer.Write(3L);
            foreach (var value in new double[] { 1, 3, 5, 2, 4, 6 })
                writer.Write(value);
        }
        CollectionAssert.AreEqual(expected.ToArray(), stream.ToArray());

        foreach (var tensor in new[] { values, zeros(0, 4), tensor(3f), tensor(new[] { 7L, 8 }) })
        {
            stream.SetLength(0);
            TensorRecord.Write(new BinaryWriter(stream), tensor);
            stream.Position = 0;
            Tensor read;
            using (NewDisposeScope())
                read = TensorRecord.Read(new BinaryReader(stream), tensor, "w");
            Assert.AreEqual(stream.Length, stream.Position);
            CollectionAssert.AreEqual(tensor.shape, read.shape);
            TensorAssert.AreSame(tensor, read);
        }
    }

    [TestMethod]
    public void A_buffer_has_a_view_of_each_parameter_in_its_shape()
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [new(zeros(2, 2)), new(zeros(3)), new(zeros(1, 1))];
        var buffer = new ParameterBuffer(ones(8), parameters);
        Assert.AreEqual(0f, buffer.Flat.sum().item<float>());
        buffer.Flat.copy_(Numbers(8, ScalarType.Float32));
        foreach (var (view, parameter, values) in buffer.Views.Zip(
            parameters, new double[][] { [0, 1, 2, 3], [4, 5, 6], [7] }))
        {
            CollectionAssert.AreEqual(parameter.shape, view.shape);
            CollectionAssert.AreEqual(values, TraceObjective.Values(view));
        }
        buffer.Dispose();
        Assert.IsTrue(buffer.Flat.IsInvalid && buffer.Views.All(view => view.IsInvalid));
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(35)]
    public void The_update_on_the_memory_of_a_state_is_that_on_its_tensors(int count)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        var options = AliceOptimizerOptions.Tabular with
        {
            HessianEstimate = HessianEstimate.Signed,
            StartingSteps = 2,
            QuickSteps = 2,
            Beta2 = 0.9,
        };
        var start = randn(count, generator: random);
        using var tensors = new AliceState(start);
        using var held = new AliceState(start);
        var memory = new StateMemory(held);
        const double Kept = 0.75;
        for (var n = 1; n <= 12; n++)
        {
            var step = AliceStep.Create(options, 0.01, n);
            var gradient = randn(count, generator: random);
            var directions = sign(randn(count, generator: random));
            var (plus, minus, plusHeld, minusHeld) = (zeros(count), zeros(count), zeros(count), zeros(count));
            AliceUpdate.Perturb(tensors.LookAhead, directions, 0.25, plus, minus);
            memory.Perturb(P(directions), 0.25, P(plusHeld), P(minusHeld));
            TensorAssert.AreSame(plus, plusHeld);
            TensorAssert.AreSame(minus, minusHeld);

            AliceUpdate.Apply(tensors, plus, minus, gradient, directions, step);
            memory.Apply(P(plus), P(minus), P(gradient), P(directions), step, Kept);
            if (step.Moves)
            {
                tensors.Center.Scale(Kept);
                tensors.LookAhead.Scale(Kept);
            }
            foreach (var (expected, actual) in All(tensors).Zip(All(held)))
                TensorAssert.AreNear(expected, actual, 1e-6, $"step {n}");
        }
        Assert.IsFalse(TensorAssert.Same(start, held.Center));
        Assert.IsTrue(memory.Center == P(held.Center) && memory.LookAhead == P(held.LookAhead));
        var mean = ones(count);
        memory.AddCenterTo(P(mean), 0.25);
        TensorAssert.AreNear(held.Center * tensor(0.75f) - tensor(-0.25f), mean, 1e-6);

        static float* P(Tensor values) => VectorLoop.Pointer<float>(values, values.numel());
    }

    /// <summary>0, 1, 2, …</summary>
    private static Tensor Numbers(int count, ScalarType dtype) =>
        tensor([.. Enumerable.Range(0, count).Select(i => (double)i)], dtype);

    private static Tensor[] All(AliceState s) =>
        [s.Center, s.LookAhead, s.Gradient, s.GlassDensity, s.Hessian, s.SecondMoment];

    /// <summary>Fills the tensors of a state with 1 to 6.</summary>
    private static void Fill(AliceState state)
    {
        foreach (var (tensor, value) in All(state).Zip(new[] { 1.0, 2, 3, 4, 5, 6 }))
            tensor.zero_().Shift(value);
    }

    private static void Holds(AliceState state, double[] center, double[] lookAhead, params double[] averages)
    {
        var expected = averages.Select(value => Enumerable.Repeat(value, center.Length).ToArray())
            .Prepend(lookAhead).Prepend(center);
        foreach (var (values, tensor) in expected.Zip(All(state)))
            CollectionAssert.AreEqual(values, TraceObjective.Values(tensor));
    }
}
