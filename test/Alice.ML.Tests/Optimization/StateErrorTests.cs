using Alice.ML.Files;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Options;
using Alice.ML.Tests.Tool;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>States and checkpoints whose checksum fits, but which hold what no optimizer can have written, or are those
/// of another module.</summary>
[TestClass]
public sealed class StateErrorTests
{
    // Behind the mark and version: four numbers of the run, and the counts of groups and parameters.
    private const int FirstGroup = sizeof(uint) + sizeof(byte) + 4 * sizeof(long) + 2 * sizeof(int);
    private const int FirstOption = FirstGroup + 2 * sizeof(double) + sizeof(long);

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow(-0.5, 0.05, 3L, "learning rate -0.5, at first 0.05, after 3 steps.")]
    [DataRow(double.NaN, 0.05, 3L, "learning rate NaN, at first 0.05, after 3 steps.")]
    [DataRow(double.PositiveInfinity, 0.05, 3L, "learning rate Infinity, at first 0.05, after 3 steps.")]
    [DataRow(0.5, double.NaN, 3L, "learning rate 0.5, at first NaN, after 3 steps.")]
    [DataRow(0.5, 0.05, -1L, "learning rate 0.5, at first 0.05, after -1 steps.")]
    public void A_learning_rate_or_count_out_of_range_is_damage(double rate, double initial, long steps, string text)
    {
        using var from = new Small();
        (from.Options.LearningRate, from.Options.InitialLearningRate, from.Options.StepCount) = (rate, initial, steps);
        AssertRefused<InvalidDataException>("The optimizer state is damaged: " + text, from.Bytes());
    }

    [TestMethod]
    public void A_paused_optimizer_without_a_step_or_a_value_is_a_state()
    {
        using var from = new Small();
        (from.Options.LearningRate, from.Options.InitialLearningRate) = (0, -1);
        using var to = new Small();
        using (var stream = new MemoryStream(from.Bytes()))
        using (var loaded = to.Optimizer.ReadState(stream))
            loaded.Apply();
        Assert.AreEqual((0.0, -1.0, 0L),
            (to.Options.LearningRate, to.Options.InitialLearningRate, to.Options.StepCount));
    }

    [TestMethod]
    public void Averages_of_squares_below_zero_are_damage()
    {
        const string message =
            "The optimizer state is damaged: a glass density or mean square of parameter 1 is negative.";
        foreach (var select in new Func<AliceParameterState, Tensor>[] { s => s.GlassDensity, s => s.SecondMoment })
        {
            using var from = new Small();
            using (no_grad())
                select(from.Optimizer.StateOf(from.Parameters[1])).copy_(tensor(new[] { 1f, -1, 1 }));
            AssertRefused<InvalidDataException>(message, from.Bytes());
        }
        using var signed = new Small();
        using (no_grad())
            signed.Optimizer.StateOf(signed.Parameters[1]).Hessian.copy_(tensor(-1f));
        using var to = new Small();
        using var stream = new MemoryStream(signed.Bytes());
        using (var loaded = to.Optimizer.ReadState(stream))
            loaded.Apply();
        TensorAssert.AreSame(tensor(new[] { -1f, -1, -1 }), to.Optimizer.StateOf(to.Parameters[1]).Hessian);
    }

    [TestMethod]
    public void A_parameter_with_a_negative_count_is_damage()
    {
        using var from = new Small();
        using var options = new MemoryStream();
        AliceOptionsFormat.Write(new BinaryWriter(options), from.Options.Settings);
        var bytes = from.Bytes();
        BitConverter.TryWriteBytes(bytes.AsSpan(FirstOption + (int)options.Length), -7L);
        AssertRefused<InvalidDataException>(
            "The optimizer state is damaged: parameter 0 has taken part in -7 steps.", Sealed(bytes));
    }

    [TestMethod]
    public void An_option_out_of_range_is_named_before_anything_changes()
    {
        using var from = new Small();
        var bytes = from.Bytes();
        BitConverter.TryWriteBytes(bytes.AsSpan(FirstOption + sizeof(double)), 7.0);
        AssertRefused<ArgumentException>("The Alice options are not valid:" + Environment.NewLine
            + "  Beta1 is 7; it must be 0 or more and below 1.", Sealed(bytes));
    }

    [TestMethod]
    public void A_checkpoint_of_another_module_says_what_differs()
    {
        var path = _folder.PathOf("run.ckpt");
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Network);
        using var order = new Generator(1);
        AliceCheckpoint.Save(path, problem.Network, optimizer);
        using var scope = NewDisposeScope();
        Refused("The checkpoint is that of a module with 4 tensors; this one has 2.",
            nn.Sequential(nn.Linear(3, 8)));
        Refused("The checkpoint has a tensor '0.weight', which the module does not have.",
            nn.Sequential(nn.ReLU(), nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1)));
        Refused("The state is that of another module, or damaged: 0.weight is Float32 [8, 3] in it, and should be "
            + "Float32 [9, 3].", nn.Sequential(nn.Linear(3, 9), nn.ReLU(), nn.ReLU(), nn.Linear(9, 1)));
        Refused("The checkpoint holds 0 generators, and 2 are given.", problem.Network, order, order);

        // The last tensor is the state of the default generator: type, dimensions, length, values, before the checksum.
        using var byDefault = Generator.Default;
        using var state = byDefault.get_state();
        var bytes = File.ReadAllBytes(path);
        bytes[^(sizeof(uint) + (int)state.numel() + sizeof(long) + 2)] = (byte)int8;
        File.WriteAllBytes(path, Sealed(bytes));
        Refused($"The state is that of another module, or damaged: generator 0 is Int8 [{state.numel()}] in it, and "
            + $"should be Byte [{state.numel()}].", problem.Network);

        void Refused(string message, nn.Module module, params Generator[] generators)
        {
            using var other = ReferenceEquals(module, problem.Network) ? null : new AliceOptimizer(module);
            var before = problem.Values();
            var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            var error = Assert.ThrowsExactly<ArgumentException>(
                () => AliceCheckpoint.Load(path, module, other ?? optimizer, generators));
            Assert.AreEqual(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount, "what was read is free again");
            Assert.AreEqual(message, error.Message);
            CollectionAssert.AreEqual(before, problem.Values());
        }
    }

    /// <summary>The same content with the checksum that fits it.</summary>
    private static byte[] Sealed(byte[] bytes)
    {
        using var stream = new MemoryStream();
        ChecksumStream.Write(stream, writer => writer.Write(bytes.AsSpan()[..^sizeof(uint)]));
        return stream.ToArray();
    }

    private static void AssertRefused<TError>(string message, byte[] bytes) where TError : Exception
    {
        using var to = new Small(steps: 2);
        var before = to.Bytes();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var stream = new MemoryStream(bytes))
            Assert.AreEqual(message, Assert.ThrowsExactly<TError>(() => to.Optimizer.ReadState(stream).Apply())
                .Message);
        Assert.AreEqual(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount, "what was read is free again");
        CollectionAssert.AreEqual(before, to.Bytes());
    }

    /// <summary>An optimizer of three parameters, one of them empty.</summary>
    private sealed class Small : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();

        public Small(int steps = 0)
        {
            Parameters = [new(ones(2)), new(ones(3)), new(ones(0, 2))];
            Optimizer = new AliceOptimizer(Parameters, new() { LearningRate = 0.05 });
            for (var n = 0; n < steps; n++)
                Optimizer.step(() =>
                {
                    foreach (var parameter in Parameters)
                        parameter.grad = parameter.detach().clone();
                    return zeros(1);
                }).Dispose();
        }

        public Parameter[] Parameters { get; }

        public AliceOptimizer Optimizer { get; }

        public AliceOptimizer.Options Options => ((AliceOptimizer.ParamGroup)Optimizer.ParamGroups.Single()).Options;

        public byte[] Bytes()
        {
            using var stream = new MemoryStream();
            Optimizer.WriteState(stream);
            return stream.ToArray();
        }

        public void Dispose()
        {
            Optimizer.Dispose();
            _scope.Dispose();
        }
    }
}
