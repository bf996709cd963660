using Alice.ML.Optimization;
using static TorchSharp.torch;

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
    public void States_of_other_shapes_or_groups_are_refused()
    {
        using var scope = NewDisposeScope();
        using var two = new AliceOptimizer([nn.Parameter(zeros(2))], Options);
        using var three = new AliceOptimizer([nn.Parameter(zeros(3))], Options);
        using var both = new AliceOptimizer([nn.Parameter(zeros(2)), nn.Parameter(zeros(3))], Options);
#pragma warning disable RS0030 // It takes no step.
        using var adam = optim.Adam([nn.Parameter(zeros(2))]);
#pragma warning restore RS0030
        using var stream = new MemoryStream();
        two.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;
        Assert.ThrowsExactly<ArgumentException>(() => three.load_state_dict(new BinaryReader(stream)));
        Assert.ThrowsExactly<ArgumentException>(() => three.load_state_dict(two.state_dict()));
        Assert.ThrowsExactly<ArgumentException>(() => both.load_state_dict(two.state_dict()));
        Assert.ThrowsExactly<ArgumentException>(() => two.load_state_dict(adam.state_dict()));
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
}
