using Alice.ML.Optimization;
using Alice.ML.Optimization.Options;
using Alice.ML.Optimization.Tensors;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Group = Alice.ML.Optimization.AliceOptimizer.ParamGroup;

namespace Alice.ML.Tests.Optimization;

/// <summary>The check for finite values on the device: from when on the host does not wait for it, and what it counts.
/// </summary>
[TestClass]
public class DeferredSkipsTests
{
    // Every step is a sample step, and after the four steps that fill the averages no constant depends on the count.
    private static readonly AliceOptimizerOptions Options = new()
    {
        LearningRate = 0.05,
        StartingSteps = 4,
        Beta1 = 0.5,
        Beta2 = 0.5,
        QuickSteps = 0,
    };

    [TestMethod]
    public void Counts_skipped_steps_and_those_in_a_row()
    {
        using var scope = NewDisposeScope();
        Tensor good = tensor(true), bad = tensor(false);
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        using (var skips = new DeferredSkips(CPU, inARow: 2))
        {
            Assert.AreEqual((0L, 2L), skips.Read());
            skips.Add(bad);
            Assert.AreEqual((1L, 3L), skips.Read());
            skips.Add(good);
            Assert.AreEqual((1L, 0L), skips.Read());
            skips.Add(bad);
            skips.Add(bad);
            Assert.AreEqual((3L, 2L), skips.Read());
        }
        Assert.AreEqual(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [TestMethod]
    public void The_counts_are_corrected_at_every_tenth_step_and_on_request()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(3));
        using var optimizer = new AliceOptimizer([parameter], Options) { DefersFiniteCheck = true };
        for (var n = 1; n <= 12; n++)
            Step(optimizer, isBad: false, parameter);
        var counts = new List<(long, long)>();
        foreach (var isBad in new[] { true, false, false, true, false, false, false, false, false, true })
        {
            Step(optimizer, isBad, parameter);
            counts.Add((optimizer.StepCount, optimizer.SkippedSteps));
        }
        CollectionAssert.AreEqual(
            new[] { (13L, 0L), (14, 0), (15, 0), (16, 0), (17, 0), (18, 0), (19, 0), (18, 2), (19, 2), (19, 3) },
            counts);
        Step(optimizer, isBad: false, parameter);
        Step(optimizer, isBad: true, parameter);
        Assert.AreEqual((21L, 3L), (optimizer.StepCount, optimizer.SkippedSteps));
        optimizer.state_dict();
        Assert.AreEqual((20L, 4L), (optimizer.StepCount, optimizer.SkippedSteps));
        Assert.AreEqual(20, OptionsOf(optimizer, 0).StepCount);
    }

    [TestMethod]
    public void The_host_waits_while_averages_fill()
    {
        using var scope = NewDisposeScope();
        Parameter first = new(ones(3)), late = new(ones(3, dtype: ScalarType.Float64)), added = new(ones(3));
        late.requires_grad = false;
        using var optimizer = new AliceOptimizer([first, late], Options) { DefersFiniteCheck = true };
        var defers = new List<bool>();
        for (var n = 1; n <= 6; n++)
            Probe(n != 5);
        CollectionAssert.AreEqual(new[] { false, false, false, false, true }, defers, "from the start");

        defers.Clear();
        late.requires_grad = true;
        Step(optimizer, isBad: false, first, late);
        for (var n = 2; n <= 6; n++)
            Probe(n != 5);
        CollectionAssert.AreEqual(new[] { false, false, false, true }, defers, "of a parameter that was frozen");

        defers.Clear();
        optimizer.add_param_group(new Group([added]));
        for (var n = 1; n <= 6; n++)
            Probe(n != 5);
        CollectionAssert.AreEqual(new[] { false, false, false, false, true }, defers, "of a group that was added");

        defers.Clear();
        optimizer.ParamGroups.Last().LearningRate = 0;
        Probe(true);
        CollectionAssert.AreEqual(new[] { true }, defers, "a paused group fills nothing");
        defers.Clear();
        optimizer.DefersFiniteCheck = false;
        Probe(true);
        CollectionAssert.AreEqual(new[] { false }, defers, "on the CPU");

        void Probe(bool probes)
        {
            var skipped = optimizer.SkippedSteps;
            if (probes)
            {
                Step(optimizer, isBad: true, first, late, added);
                defers.Add(optimizer.SkippedSteps == skipped);
                optimizer.state_dict();
                Assert.AreEqual(skipped + 1, optimizer.SkippedSteps);
            }
            Step(optimizer, isBad: false, first, late, added);
        }
    }

    [TestMethod]
    [DataRow("nothing")]
    [DataRow("freeze")]
    [DataRow("thaw")]
    [DataRow("pause")]
    [DataRow("pause all")]
    [DataRow("resume")]
    [DataRow("add")]
    public void Whoever_checks_the_same_steps_are_counted_for_every_group_and_parameter(string change)
    {
        var (onHost, expected) = Train(change, onDevice: false);
        var (onDevice, actual) = Train(change, onDevice: true);
        CollectionAssert.AreEqual(onHost, onDevice);
        foreach (var (a, b) in expected.Zip(actual))
            Assert.AreEqual(a, b, 1e-12);

        static (long[] Counts, double[] Values) Train(string change, bool onDevice)
        {
            using var scope = NewDisposeScope();
            var parameters = Enumerable.Range(1, 4).Select(i => new Parameter(tensor(new[] { 1.0, -2, i }))).ToList();
            var added = new Parameter(tensor(new[] { 1.0, 2, 3 }));
            using var optimizer = new AliceOptimizer(
                [new Group([parameters[0], parameters[1]]), new([parameters[2]]), new([parameters[3]])],
                change == "thaw" ? Options with { StartingSteps = 1 } : Options)
            {
                Directions = parameter => ones_like(parameter),
                DefersFiniteCheck = onDevice,
            };
            for (var n = 1; n <= 36; n++)
            {
                // Bad minibatches before each change and after it.
                parameters[1].requires_grad = change switch
                {
                    "freeze" => n is < 17 or > 25,
                    "thaw" => n > 16,
                    _ => true,
                };
                foreach (var (i, group) in optimizer.ParamGroups.Index())
                    group.LearningRate = change switch
                    {
                        "pause" when i == 1 && n is >= 17 and <= 25 => 0,
                        "pause all" when n is >= 17 and <= 25 => 0,
                        "resume" when i == 1 && n < 17 => 0,
                        _ => 0.05,
                    };
                if (change == "add" && n == 17)
                {
                    optimizer.add_param_group(new Group([added]));
                    parameters.Add(added);
                }
                Step(optimizer, isBad: n is 3 or 14 or 16 or 17 or 24 or 25 or 26 or 34, [.. parameters]);
            }
            return (Counts(optimizer), [.. parameters.SelectMany(p => optimizer.StateOf(p).All)
                .SelectMany(TraceObjective.Values)]);
        }
    }

    [TestMethod]
    public void Steps_skipped_in_a_row_count_on_when_the_check_moves_to_the_device_and_back()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(3));
        using var optimizer = new AliceOptimizer([parameter], Options);
        for (var n = 1; n <= 10; n++)
            Step(optimizer, isBad: false, parameter);
        for (var n = 1; n <= 4; n++)
            Step(optimizer, isBad: true, parameter);
        optimizer.DefersFiniteCheck = true;
        for (var n = 1; n <= 5; n++)
            Step(optimizer, isBad: true, parameter);
        optimizer.DefersFiniteCheck = false;
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Step(optimizer, isBad: true, parameter));
        Assert.StartsWith(
            "10 minibatches in a row gave a loss or gradient that is not finite (after 10 good steps). ",
            error.Message);
        Assert.AreEqual((10L, 10L), (optimizer.StepCount, optimizer.SkippedSteps));
    }

    [TestMethod]
    public void A_step_on_the_host_is_planned_with_corrected_counts()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(3));
        using var optimizer = new AliceOptimizer([parameter], Options with { Beta2 = 0.9, QuickSteps = 3 })
        {
            DefersFiniteCheck = true
        };
        for (var n = 1; n <= 14; n++)
            Step(optimizer, isBad: false, parameter);
        Step(optimizer, isBad: true, parameter);
        optimizer.DefersFiniteCheck = false;
        Assert.AreEqual(1, Step(optimizer, isBad: false, parameter), "the 15th is a quick step");
        Assert.AreEqual(3, Step(optimizer, isBad: false, parameter), "the 16th is a sample step");
    }

    /// <summary>Takes a step on ½x², or on a gradient that is not finite.</summary>
    /// <returns>The number of evaluations.</returns>
    private static int Step(AliceOptimizer optimizer, bool isBad, params Parameter[] parameters)
    {
        var evaluations = 0;
        optimizer.step(() =>
        {
            evaluations++;
            foreach (var parameter in parameters)
                parameter.grad = isBad
                    ? tensor(double.NaN, parameter.dtype).expand_as(parameter) : parameter.detach().clone();
            return zeros(1);
        }).Dispose();
        return evaluations;
    }

    private static AliceOptimizer.Options OptionsOf(AliceOptimizer optimizer, int group) =>
        ((Group)optimizer.ParamGroups.ElementAt(group)).Options;

    /// <summary>The counts in a saved state: steps, skipped steps and those in a row, then the steps of each group and
    /// of each parameter.</summary>
    private static long[] Counts(AliceOptimizer optimizer)
    {
        using var stream = new MemoryStream();
        optimizer.WriteState(stream);
        stream.Position = sizeof(uint) + sizeof(byte);
        using var reader = new BinaryReader(stream);
        var run = new AliceRun(0);
        run.Load(reader);
        var counts = new List<long> { run.StepCount, run.SkippedSteps, run.SkippedInARow };
        var (groups, parameters) = (reader.ReadInt32(), reader.ReadInt32());
        for (var i = 0; i < groups; i++)
        {
            stream.Position += 2 * sizeof(double);
            counts.Add(reader.ReadInt64());
            AliceOptionsFormat.Read(reader);
        }
        var like = zeros(3, dtype: ScalarType.Float64);
        for (var i = 0; i < parameters; i++)
        {
            counts.Add(reader.ReadInt64());
            for (var t = 0; t < 6; t++)
                TensorRecord.Read(reader, like, "").Dispose();
        }
        return [.. counts];
    }
}
