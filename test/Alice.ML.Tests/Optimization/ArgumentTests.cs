using Alice.ML.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Group = Alice.ML.Optimization.AliceOptimizer.ParamGroup;

namespace Alice.ML.Tests.Optimization;

/// <summary>Arguments that are null, and the entries of a state dictionary one by one.</summary>
[TestClass]
public class ArgumentTests
{
    [TestMethod]
    public void An_argument_that_is_null_is_named()
    {
        using var problem = new TestProblem();
        using var optimizer = new AliceOptimizer(problem.Network);
        var (network, options) = (problem.Network, OptionsOf(optimizer));
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid() + ".ckpt");
        foreach (var (name, act) in new (string, Action)[]
        {
            ("module", () => new AliceOptimizer((nn.Module)null!)),
            ("parameters", () => new AliceOptimizer((IEnumerable<Parameter>)null!)),
            ("parameters", () => new Group(null!, AliceOptimizerOptions.Tabular)),
            ("groups", () => new AliceOptimizer((IEnumerable<Group>)null!)),
            ("settings", () => new AliceOptimizer.Options(null!)),
            ("value", () => options.Settings = null!),
            ("writer", () => options.SaveStateDict(null!)),
            ("reader", () => options.LoadStateDict((BinaryReader)null!)),
            ("param_group", () => optimizer.add_param_group(null!)),
            ("parameter", () => optimizer.StateOf(null!)),
            ("state_dict", () => optimizer.load_state_dict((optim.Optimizer.StateDictionary)null!)),
            ("path", () => AliceCheckpoint.Save(null!, network, optimizer)),
            ("module", () => AliceCheckpoint.Save(path, null!, optimizer)),
            ("optimizer", () => AliceCheckpoint.Save(path, network, null!)),
            ("generators", () => AliceCheckpoint.Save(path, network, optimizer, null!)),
            ("path", () => AliceCheckpoint.Load(null!, network, optimizer)),
            ("module", () => AliceCheckpoint.Load(path, null!, optimizer)),
            ("optimizer", () => AliceCheckpoint.Load(path, network, null!)),
            ("generators", () => AliceCheckpoint.Load(path, network, optimizer, null!)),
        })
            Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentNullException>(act).ParamName);
        Assert.AreEqual("path", Assert.ThrowsExactly<ArgumentException>(
            () => AliceCheckpoint.Save("", network, optimizer)).ParamName);
        Assert.IsFalse(File.Exists(path));
    }

    [TestMethod]
    public void An_entry_of_the_dictionary_compares_and_restarts_all_six_tensors()
    {
        using var problem = new TestProblem();
        using var trained = new AliceOptimizer(problem.Parameters, new() { StartingSteps = 2 });
        using var other = new TestProblem();
        using var fresh = new AliceOptimizer(other.Parameters, new() { StartingSteps = 2 });
        // In the starting steps the weights rest: only the averages differ.
        trained.step(problem.Evaluate).Dispose();
        var (entry, expected) = (trained.state_dict().State[0], fresh.state_dict().State[0]);
        Assert.IsFalse(entry.ApproximatelyEquals(expected));
        for (var n = 0; n < 3; n++)
            trained.step(problem.Evaluate).Dispose();
        using (no_grad())
            foreach (var (mine, theirs) in problem.Parameters.Zip(other.Parameters))
                mine.copy_(theirs);
        foreach (var state in trained.state_dict().State)
            state.Initialize(OptionsOf(trained));
        foreach (var (mine, theirs) in trained.state_dict().State.Zip(fresh.state_dict().State))
            Assert.IsTrue(mine.ApproximatelyEquals(theirs));
        Assert.IsTrue(entry.ApproximatelyEquals(expected));
        // Its averages fill again: the weights rest in the next step, though that is the optimizer's fifth.
        var before = problem.Values();
        trained.step(problem.Evaluate).Dispose();
        CollectionAssert.AreEqual(before, problem.Values());
    }

    [TestMethod]
    public void Options_of_a_dictionary_bring_both_learning_rates_and_the_counts_but_not_the_generator()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var from = new AliceOptimizer([new Parameter(ones(2))], AliceOptimizerOptions.Tabular);
        using var to = new AliceOptimizer(
            [new Parameter(ones(2))], AliceOptimizerOptions.Published with { Generator = generator });
        var (mine, theirs) = (OptionsOf(to), OptionsOf(from));
        (theirs.LearningRate, theirs.InitialLearningRate, theirs.StepCount) = (0.25, 0.5, 7);
        mine.LoadStateDict(theirs);
        Assert.AreEqual((0.25, 0.5, 7L), (mine.LearningRate, mine.InitialLearningRate, mine.StepCount));
        Assert.AreEqual(AliceOptimizerOptions.Tabular with { Generator = generator }, mine.Settings);
    }

    private static AliceOptimizer.Options OptionsOf(AliceOptimizer optimizer) =>
        ((Group)optimizer.ParamGroups.First()).Options;
}
