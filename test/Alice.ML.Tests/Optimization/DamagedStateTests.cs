using Alice.ML.Optimization;
using Alice.ML.Tests.Tool;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <remarks>Not beside other tests: dropout draws from the default generator.</remarks>
[TestClass]
[DoNotParallelize]
public sealed class DamagedStateTests
{
    // In a checkpoint, behind its mark, version and number of tensors.
    private const int NameOfFirstTensor = 9;

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void Of_6000_damaged_states_none_loads_and_none_changes_anything()
    {
        using var problem = new TestProblem();
        using var saved = Trained(problem, steps: 12);
        var whole = Bytes(saved);
        using var other = new TestProblem(seed: 2);
        using var optimizer = Trained(other, steps: 3);
        var before = Bytes(optimizer);
        var random = new Random(18);
        for (var n = 0; n < 6000; n++)
        {
            var damaged = Mutations.Damage(whole, random);
            // What follows a whole state in a stream is not the optimizer's.
            if (damaged.AsSpan().StartsWith(whole))
                continue;
            AssertRefused(() => optimizer.load_state_dict(new BinaryReader(new MemoryStream(damaged))),
                $"mutation {n}");
            if (n % 100 == 0)
                CollectionAssert.AreEqual(before, Bytes(optimizer), $"mutation {n} changed the optimizer");
        }
        CollectionAssert.AreEqual(before, Bytes(optimizer));
        // Whole, by way of the base class as well.
        ((OptimizerHelper)optimizer).load_state_dict(new BinaryReader(new MemoryStream(whole)));
        CollectionAssert.AreEqual(whole, Bytes(optimizer));
    }

    [TestMethod]
    public void Values_that_are_not_finite_are_refused_though_the_checksum_fits()
    {
        using var problem = new TestProblem();
        using var saved = Trained(problem, steps: 12);
        using (no_grad())
            problem.Parameters.First().copy_(tensor(float.NaN));
        var bytes = Bytes(saved);
        using var other = new TestProblem(seed: 2);
        using var optimizer = Trained(other, steps: 3);
        var e = Assert.ThrowsExactly<InvalidDataException>(
            () => optimizer.load_state_dict(new BinaryReader(new MemoryStream(bytes))));
        Assert.AreEqual("The optimizer state holds values of parameter 0 that are not finite. Load an earlier one.",
            e.Message);
    }

    [TestMethod]
    public void The_state_of_an_earlier_layout_is_named_as_such()
    {
        using var problem = new TestProblem();
        using var optimizer = Trained(problem, steps: 3);
        var bytes = Bytes(optimizer);
        // After the optimizer's name, the counts of groups and states, and the mark.
        var version = 1 + nameof(AliceOptimizer).Length + 2 + 4;
        bytes[version] = 2;
        var e = Assert.ThrowsExactly<InvalidDataException>(
            () => optimizer.load_state_dict(new BinaryReader(new MemoryStream(bytes))));
        Assert.AreEqual(
            "The optimizer state has version 2; this Alice.ML reads 3. Load the weights alone and begin a new run.",
            e.Message);
    }

    [TestMethod]
    public void A_dictionary_of_other_shapes_changes_nothing_though_the_first_fit()
    {
        using var scope = NewDisposeScope();
        using var from = new AliceOptimizer(
            [nn.Parameter(ones(2)), nn.Parameter(ones(3))], AliceOptimizerOptions.Tabular);
        Parameter[] mine = [nn.Parameter(zeros(2)), nn.Parameter(zeros(4))];
        using var to = new AliceOptimizer(mine);
        Assert.ThrowsExactly<ArgumentException>(() => to.load_state_dict(from.state_dict()));
        Assert.AreEqual(0f, mine[0].sum().item<float>());
        Assert.AreEqual(AliceOptimizerOptions.General,
            ((AliceOptimizer.ParamGroup)to.ParamGroups.Single()).Options.Settings);

        using var wide = new AliceOptimizer(
            [nn.Parameter(zeros(2, dtype: float64)), nn.Parameter(zeros(4, dtype: float64))]);
        Assert.ThrowsExactly<ArgumentException>(
            () => wide.load_state_dict(to.state_dict()), "single precision is not double");
    }

    [TestMethod]
    public void A_checkpoint_resumes_bit_for_bit_with_dropout_batch_normalisation_and_a_generator()
    {
        const int before = 13, after = 20;
        var path = _folder.PathOf("run.ckpt");
        using var byDefault = Generator.Default;
        using var first = new Problem();
        using var order = new Generator(3);
        using var optimizer = new AliceOptimizer(first.Network);
        first.Train(optimizer, order, before);
        AliceCheckpoint.Save(path, first.Network, optimizer, order);
        first.Train(optimizer, order, after);

        using var second = new Problem();
        using var otherOrder = new Generator(77);
        using var resumed = new AliceOptimizer(second.Network, AliceOptimizerOptions.Published);
        second.Train(resumed, otherOrder, 2);
        AliceCheckpoint.Load(path, second.Network, resumed, otherOrder);
        second.Train(resumed, otherOrder, after);
        foreach (var (name, expected) in first.Network.state_dict())
            TensorAssert.AreSame(expected, second.Network.state_dict()[name]);
        CollectionAssert.AreEqual(Bytes(optimizer), Bytes(resumed));
    }

    [TestMethod]
    public void A_damaged_or_foreign_checkpoint_changes_nothing()
    {
        var (path, copy) = (_folder.PathOf("run.ckpt"), _folder.PathOf("copy.ckpt"));
        using var byDefault = Generator.Default;
        using var problem = new Problem();
        using var order = new Generator(3);
        using var optimizer = new AliceOptimizer(problem.Network);
        problem.Train(optimizer, order, 13);
        AliceCheckpoint.Save(path, problem.Network, optimizer, order);
        var whole = File.ReadAllBytes(path);
        // Made here, because initial weights are drawn from the default generator.
        using var wider = nn.Sequential(nn.Linear(3, 9));
        using var others = new AliceOptimizer(wider);
        problem.Train(optimizer, order, 1);
        File.WriteAllBytes(copy, whole);
        using (var earlier = new EarlierFiles(copy))
        {
            AliceCheckpoint.Save(copy, problem.Network, optimizer, order);
            earlier.AssertReplaced();
        }
        var now = File.ReadAllBytes(copy);

        var random = new Random(5);
        for (var n = 0; n < 300; n++)
        {
            File.WriteAllBytes(path, Mutations.Damage(whole, random));
            if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(whole))
                AssertRefused(() => AliceCheckpoint.Load(path, problem.Network, optimizer, order), $"mutation {n}");
        }
        // Damage is called damage, also in the length of a name, where it looks like an error of the disk, and behind
        // the end.
        byte[] length = [.. whole[..NameOfFirstTensor], 0xff, 0xff, 0xff, 0xff, 0x0f,
            .. whole[(NameOfFirstTensor + 5)..]];
        foreach (var damaged in new byte[][] { length, [.. whole, 0], whole[..^1], whole[..3] })
        {
            File.WriteAllBytes(path, damaged);
            var e = Assert.ThrowsExactly<InvalidDataException>(
                () => AliceCheckpoint.Load(path, problem.Network, optimizer, order));
            StringAssert.StartsWith(e.Message, "The checkpoint is cut short or damaged");
            StringAssert.EndsWith(e.Message, "Load an earlier one.");
        }
        File.WriteAllBytes(path, whole);
        AssertRefused(() => AliceCheckpoint.Load(path, problem.Network, optimizer), "without its generator");
        AssertRefused(() => AliceCheckpoint.Load(path, wider, others, order), "of another module");
        AliceCheckpoint.Save(copy, problem.Network, optimizer, order);
        CollectionAssert.AreEqual(now, File.ReadAllBytes(copy), "module, optimizer and generators are as they were");

        AliceCheckpoint.Load(path, problem.Network, optimizer, order);
        AliceCheckpoint.Save(copy, problem.Network, optimizer, order);
        CollectionAssert.AreEqual(whole, File.ReadAllBytes(copy));
    }

    private static Sequential CreateNetwork() =>
#pragma warning disable RS0030 // These tests run alone.
        nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1));
#pragma warning restore RS0030

    private static AliceOptimizer Trained(TestProblem problem, int steps)
    {
        var optimizer = new AliceOptimizer(problem.Parameters, AliceOptimizerOptions.Tabular);
        for (var n = 0; n < steps; n++)
            optimizer.step(problem.Evaluate).Dispose();
        return optimizer;
    }

    private static byte[] Bytes(AliceOptimizer optimizer)
    {
        using var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        return stream.ToArray();
    }

    private static void AssertRefused(Action load, string why)
    {
        try
        {
            load();
        }
        catch (Exception e) when (
            e is InvalidDataException or ArgumentException or EndOfStreamException or FormatException)
        {
            return;
        }
        Assert.Fail($"loaded: {why}");
    }

    /// <summary>A network with dropout and batch normalisation on minibatches that a generator draws.</summary>
    private sealed class Problem : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly Tensor _inputs;
        private readonly Tensor _labels;

        public Problem()
        {
            using var random = new Generator(4);
            _inputs = randn(32, 3, generator: random);
            _labels = _inputs.sum(1, keepdim: true);
            Network = CreateNetwork();
        }

        public Sequential Network { get; }

        public void Train(AliceOptimizer optimizer, Generator order, int steps)
        {
            for (var n = 0; n < steps; n++)
            {
                using var scope = NewDisposeScope();
                var rows = randperm(32, generator: order).narrow(0, 0, 16);
                optimizer.step(() =>
                {
                    Network.zero_grad();
                    var error = Network.forward(_inputs.index_select(0, rows)) - _labels.index_select(0, rows);
                    var loss = (error * error).mean();
                    loss.backward();
                    return loss;
                });
            }
        }

        public void Dispose()
        {
            Network.Dispose();
            _scope.Dispose();
        }
    }
}
