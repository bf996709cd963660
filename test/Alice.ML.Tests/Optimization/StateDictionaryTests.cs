using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Group = Alice.ML.Optimization.AliceOptimizer.ParamGroup;

namespace Alice.ML.Tests.Optimization;

/// <remarks>Not beside other tests: some depend on the default generator.</remarks>
[TestClass]
[DoNotParallelize]
public class StateDictionaryTests
{
    private static readonly AliceOptimizerOptions Options = new()
    {
        LearningRate = 0.05,
        Beta1 = 0.7,
        L2Regularization = 1e-3,
        PerturbationRadius = 0.02,
        MaximumStep = 6,
    };

    [TestMethod]
    [DataRow(2, true)]
    [DataRow(10, true)]
    [DataRow(13, false)]
    public void Resumed_equals_uninterrupted_bit_for_bit(int interruptedAfter, bool throughStream)
    {
        const int steps = 40;
        // Made first, because initial weights are drawn from the default generator, as dropout is.
        using var whole = new TestProblem(dropout: 0.3);
        using var first = new TestProblem(dropout: 0.3);
        using var second = new TestProblem(dropout: 0.3);
        using var generator = Generator.Default;
        using var randomState = generator.get_state();

        using var seed = new Generator(9);
        using var uninterrupted = new AliceOptimizer(whole.Parameters, Options with { Generator = seed });
        var schedule = optim.lr_scheduler.StepLR(uninterrupted, 7, 0.6);
        Train(whole, uninterrupted, schedule, steps);

        generator.set_state(randomState);
        using var firstSeed = new Generator(9);
        using var begun = new AliceOptimizer(first.Parameters, Options with { Generator = firstSeed });
        var firstSchedule = optim.lr_scheduler.StepLR(begun, 7, 0.6);
        Train(first, begun, firstSchedule, interruptedAfter);

        // Other options, directions and weights: all of them come from the state.
        using (no_grad())
            foreach (var parameter in second.Parameters)
                parameter.zero_();
        using var resumed = new AliceOptimizer(second.Parameters, AliceOptimizerOptions.Tabular);
        var secondSchedule = optim.lr_scheduler.StepLR(resumed, 7, 0.6);
        for (var n = 0; n < interruptedAfter; n++)
            secondSchedule.step();
        if (throughStream)
        {
            using var stream = new MemoryStream();
            using var writer = new BinaryWriter(stream);
            begun.save_state_dict(writer);
            stream.Position = 0;
            using var reader = new BinaryReader(stream);
            resumed.load_state_dict(reader);
            Assert.AreEqual(stream.Length, stream.Position);
        }
        else
            resumed.load_state_dict(begun.state_dict());
        Train(second, resumed, secondSchedule, steps - interruptedAfter);

        CollectionAssert.AreEqual(whole.Values(), second.Values());
        foreach (var (mine, theirs) in second.Parameters.Zip(whole.Parameters))
            foreach (var (a, b) in resumed.StateOf(mine).All.Zip(uninterrupted.StateOf(theirs).All))
                TensorAssert.AreSame(b, a);
        Assert.AreEqual(uninterrupted.ParamGroups.Single().LearningRate, resumed.ParamGroups.Single().LearningRate);
        Assert.AreEqual(uninterrupted.StepCount, resumed.StepCount);
        Assert.AreEqual(1, resumed.SkippedSteps);
    }

    [TestMethod]
    public void Every_option_survives_the_stream()
    {
        using var scope = NewDisposeScope();
        var options = new AliceOptimizerOptions
        {
            LearningRate = 0.011,
            Beta1 = 0.81,
            Beta2 = 0.991,
            Epsilon = 1e-7,
            L1Regularization = 0.1,
            L2Regularization = 0.2,
            StepFraction = 0.3,
            LookAhead = 1.4,
            StepBound = StepBound.Sgdm,
            MinimumStep = 0.1,
            MaximumStep = 45,
            ScaleBoundsWithLearningRate = false,
            HessianEstimate = HessianEstimate.RootMeanSquare,
            HessianScale = 0.6,
            UseGlass = false,
            QuickSteps = 5,
            PerturbationRadius = 0.7,
            AverageSampleGradients = true,
            StartingSteps = 4,
            GlassScale = 0.2,
        };
        foreach (var saved in new[] { options, AliceOptimizerOptions.Published, AliceOptimizerOptions.Tabular })
        {
            using var from = new AliceOptimizer([nn.Parameter(zeros(2))], saved);
            using var to = new AliceOptimizer([nn.Parameter(zeros(2))], AliceOptimizerOptions.Published);
            using var stream = new MemoryStream();
            from.save_state_dict(new BinaryWriter(stream));
            stream.Position = 0;
            to.load_state_dict(new BinaryReader(stream));
            Assert.AreEqual(saved, ((AliceOptimizer.ParamGroup)to.ParamGroups.Single()).Options.Settings);
        }
    }

    [TestMethod]
    public void Loading_puts_the_module_at_the_loaded_centre()
    {
        using var first = new TestProblem(seed: 1);
        using var second = new TestProblem(seed: 2);
        using var from = new AliceOptimizer(first.Parameters, Options);
        using var to = new AliceOptimizer(second.Parameters, Options);
        to.load_state_dict(from.state_dict());
        CollectionAssert.AreEqual(first.Values(), second.Values());
    }

    [TestMethod]
    public void Every_group_goes_through_the_stream()
    {
        using var scope = NewDisposeScope();
        AliceOptimizerOptions[] saved = [AliceOptimizerOptions.Tabular, Options];
        using var from = new AliceOptimizer(
            saved.Select((options, i) => new Group([new Parameter(ones(i + 1))], options)));
        from.ParamGroups.Last().LearningRate = 0.7;
        using var to = new AliceOptimizer(saved.Select((_, i) => new Group([new Parameter(zeros(i + 1))])));
        using var stream = new MemoryStream();
        from.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;
        to.load_state_dict(new BinaryReader(stream));
        Assert.AreEqual(stream.Length, stream.Position);
        CollectionAssert.AreEqual(
            saved, to.ParamGroups.Cast<Group>().Select(group => group.Options.Settings).ToArray());
        CollectionAssert.AreEqual(new[] { 3e-3, 0.7 }, to.ParamGroups.Select(group => group.LearningRate).ToArray());
        foreach (var parameter in to.parameters())
            TensorAssert.AreSame(ones_like(parameter), parameter);
    }

    [TestMethod]
    public void A_group_or_state_of_another_optimizer_is_named_as_such()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(2));
        using var optimizer = new AliceOptimizer([new Group([parameter]), new([new Parameter(ones(2))])]);
        using var twin = new AliceOptimizer([new Group([new Parameter(zeros(2))]), new([new Parameter(zeros(2))])]);
#pragma warning disable RS0030 // It takes no step.
        using var adam = optim.Adam([new Parameter(zeros(2))]);
#pragma warning restore RS0030
        AssertRefused("Parameter group 2 must be an AliceOptimizer.ParamGroup.",
            () => optimizer.add_param_group(new Adam.ParamGroup([new Parameter(ones(2))])));
        Assert.HasCount(2, optimizer.ParamGroups);

        var (mine, theirs) = (optimizer.state_dict(), adam.state_dict());
        AssertRefused(Foreign("source"), () => mine.Options[0].LoadStateDict(theirs.Options[0]));
        AssertRefused(Foreign("source"), () => mine.State[0].LoadStateDict(theirs.State[0]));
        Assert.IsFalse(mine.State[0].ApproximatelyEquals(theirs.State[0]));
        // One foreign entry among those of a twin.
        foreach (var (options, states) in new[] { (theirs, twin.state_dict()), (twin.state_dict(), theirs) })
        {
            var mixed = twin.state_dict();
            mixed.Options[0] = options.Options[0];
            mixed.State[0] = states.State[0];
            AssertRefused(Foreign("state_dict"), () => optimizer.load_state_dict(mixed));
        }
        TensorAssert.AreSame(ones(2), parameter);
        optimizer.load_state_dict(twin.state_dict());
        TensorAssert.AreSame(zeros(2), parameter);
    }

    [TestMethod]
    public void States_of_other_groups_or_shapes_are_named_with_both()
    {
        using var scope = NewDisposeScope();
        using var optimizer = new AliceOptimizer([new Group(Parameters([2, 3])), new(Parameters([4]))]);
        foreach (var (other, counts) in new[]
        {
            (new AliceOptimizer(Parameters([2, 3], [4])), "1 groups and 2 parameters"),
            (new AliceOptimizer([new Group(Parameters([2, 3])), new(Parameters([4], [4]))]),
                "2 groups and 3 parameters"),
        })
        {
            var message = $"The state has {counts}; the optimizer has 2 and 2.";
            AssertRefused(message + " (Parameter 'state_dict')", () => optimizer.load_state_dict(other.state_dict()));
            using var stream = new MemoryStream();
            other.WriteState(stream);
            stream.Position = 0;
            AssertRefused(message, () => optimizer.ReadState(stream));
            other.Dispose();
        }
        foreach (var (dtype, shape, text) in new (ScalarType, long[], string)[]
        {
            (float32, [3, 2], "[3, 2] and Float32"),
            (float64, [2, 3], "[2, 3] and Float64"),
        })
        {
            using var other = new AliceOptimizer(
                [new Group([new Parameter(zeros(shape, dtype: dtype))]), new(Parameters([4]))]);
            var message = $"The state is that of a parameter of shape {text}, not [2, 3] and Float32.";
            AssertRefused(message, () => optimizer.load_state_dict(other.state_dict()));
            AssertRefused(message, () => optimizer.state_dict().State[0].LoadStateDict(other.state_dict().State[0]));
            using var stream = new MemoryStream();
            other.WriteState(stream);
            stream.Position = 0;
            AssertRefused($"The state is that of another module, or damaged: parameter 0 is {dtype} "
                + $"[{string.Join(", ", shape)}] in it, and should be Float32 [2, 3].",
                () => optimizer.ReadState(stream));
        }

        static Parameter[] Parameters(params long[][] shapes) => [.. shapes.Select(s => new Parameter(zeros(s)))];
    }

    private static void Train(
        TestProblem problem, AliceOptimizer optimizer, optim.lr_scheduler.LRScheduler schedule, int steps)
    {
        for (var n = 0; n < steps; n++)
        {
            // One minibatch of each run is bad.
            problem.Label = optimizer.StepCount == 1 && optimizer.SkippedSteps == 0 ? double.NaN : null;
            optimizer.step(problem.Evaluate).Dispose();
            schedule.step();
        }
    }

    private static string Foreign(string argument) =>
        $"The state is not that of an AliceOptimizer. (Parameter '{argument}')";

    private static void AssertRefused(string message, Action act) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<ArgumentException>(act).Message);
}
