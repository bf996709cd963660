using Alice.ML.Optimization;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Stack;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>What a step of a stack asks of a device, counted where there is none: operations, crossings to the host,
/// memory.</summary>
[TestClass]
[DoNotParallelize]
public class StackBudgetTests
{
    private const int Warm = 20;

    public required TestContext TestContext { get; init; }

    [TestMethod]
    [DataRow("squared", 0.0)]
    [DataRow("logistic", 0.0)]
    [DataRow("softmax", 0.0)]
    [DataRow("squared", 0.2)]
    [DataRow("logistic", 0.2)]
    [DataRow("softmax", 0.2)]
    public void A_step_takes_few_operations_for_any_number_of_networks(string objective, double dropout)
    {
        var counts = new[] { 1, 4, 32 }.Select(networks =>
        {
            var (quick, sample) = Count(networks, objective, dropout);
            return (quick.Operations.Count, sample.Operations.Count);
        }).ToArray();
        TestContext.WriteLine($"{objective}, dropout {dropout}: {counts[1].Item1} a quick step, "
            + $"{counts[1].Item2} a sample step");
        Assert.IsTrue(counts.All(count => count == counts[0]), string.Join(", ", counts));
        Assert.IsLessThanOrEqualTo(45, counts[0].Item1);
        Assert.IsLessThanOrEqualTo(60, counts[0].Item2);
    }

    [TestMethod]
    [DataRow("squared", 0.0)]
    [DataRow("quantiles", 0.2)]
    [DataRow("logistic", 0.2)]
    [DataRow("softmax", 0.2)]
    public void A_step_reads_nothing_back(string objective, double dropout)
    {
        var (quick, sample) = Count(4, objective, dropout);
        Assert.IsEmpty(quick.Crossings, string.Join(", ", quick.Crossings));
        Assert.IsEmpty(sample.Crossings, string.Join(", ", sample.Crossings));
    }

    [TestMethod]
    public void What_reads_a_value_back_is_seen()
    {
        Assert.IsTrue(TorchOperations.AreRecorded || Inconclusive());
        using var values = zeros(3);
        Assert.IsNotEmpty(TorchOperations.Of(() => values.to(ScalarType.Float64).Dispose()).Crossings);
        Assert.IsNotEmpty(TorchOperations.Of(() => values.cpu().Dispose()).Crossings);
        Assert.HasCount(1, TorchOperations.Of(() => values.sum().Dispose()).Operations);
    }

    /// <remarks>Beside the state of six values and the two outer points, gradients included: a quick step has one, a
    /// sample step three. Where a minibatch has several parts, those of a part come beside their sum; with one layer
    /// that holds nearly all parameters, as here, that is all of them once more.</remarks>
    [TestMethod]
    [DataRow(1, 4)]
    [DataRow(2, 6)]
    public void A_step_needs_few_temporaries_beside_the_state(int parts, int sampleStep)
    {
        if (!TorchOperations.AreRecorded)
            Inconclusive();
        using var guard = no_grad();
        // Sample steps every other time, and blocks so large that memory is given back at once.
        using var problem = new StackProblem(
            "squared", [3000, 3000], weights: false, batchSize: 8,
            options: AliceOptimizerOptions.Tabular with { QuickSteps = 1 });
        var learner = problem.StackLearner(0);
        var (source, reader) = problem.Open(usesKernels: false, parts);
        using (source)
        using (reader)
        using (var stack = new NetworkStack([learner], drawsOnDevice: true))
        {
            reader.Read(0);
            for (var number = 1; number <= 4; number++)
            {
                var (step, kept, key) = problem.Step(0, number);
                learner.Plan(step, kept, key, averages: false);
                var used = Peak(
                    () => stack.Step(((TensorReader)reader).StackParts), problem.Shape.Parameters);
                TestContext.WriteLine($"{(step.IsSample ? "sample" : "quick")}: {used:f1} times the parameters");
                // The first step makes what the later ones use again.
                if (number > 1)
                    Assert.IsLessThan((step.IsSample ? sampleStep : 3) + 0.2, used);
            }
            learner.Dispose();
        }
    }

    [TestMethod]
    public void The_update_of_a_module_on_a_device_needs_three_times_its_parameters_at_most()
    {
        if (!TorchOperations.AreRecorded)
            Inconclusive();
        const long Parameters = 10_000_000;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var state = new AliceState(ones(Parameters));
        var gradient = ones(Parameters);
        var step = AliceStep.Create(AliceOptimizerOptions.Tabular, 1e-3, 8);
        TensorKernels.Move(state, gradient, gradient, gradient, step, null);
        var used = Peak(() =>
        {
            TensorKernels.MeasureCurvature(state, gradient, gradient, gradient, gradient, step, null);
            TensorKernels.Move(state, gradient, gradient, gradient, step, null);
        }, Parameters);
        TestContext.WriteLine($"{used:f1} times the parameters");
        Assert.IsLessThan(3, used);
    }

    /// <summary>The most memory that an action needs, in parameters of single precision.</summary>
    private static double Peak(Action action, long parameters)
    {
        File.WriteAllText("/proc/self/clear_refs", "5"); // the peak is that of now
        var before = Kilobytes("VmRSS");
        action();
        return (Kilobytes("VmHWM") - before) * 1024 / (4.0 * parameters);

        static double Kilobytes(string name) => double.Parse(
            File.ReadLines("/proc/self/status").First(line => line.StartsWith(name)).Split('\t', ' ')
                .First(word => word.Length > 0 && char.IsDigit(word[0])));
    }

    private static bool Inconclusive()
    {
        Assert.Inconclusive("Operations are recorded on Linux only.");
        return false;
    }

    /// <summary>The operations of a quick and of a sample step, directions drawn as on a device.</summary>
    private (TorchOperations.Record Quick, TorchOperations.Record Sample) Count(
        int networks, string objective, double dropout)
    {
        if (!TorchOperations.AreRecorded)
            Inconclusive();
        using var guard = no_grad();
        using var problem = new StackProblem(objective, [64, 64], dropout: dropout, weights: false);
        StackLearner[] learners = [.. Enumerable.Range(0, networks).Select(n => problem.StackLearner(n))];
        var (source, reader) = problem.Open(usesKernels: false);
        using (source)
        using (reader)
        using (var stack = new NetworkStack(learners, drawsOnDevice: true))
        {
            reader.Read(0);
            _ = ((TensorReader)reader).StackParts;
            var counts = new TorchOperations.Record[2];
            for (var number = 1; number <= Warm + 8; number++)
            {
                for (var n = 0; n < networks; n++)
                {
                    var (step, kept, key) = problem.Step(n, number);
                    learners[n].Plan(step, kept, key, averages: false);
                }
                var record = TorchOperations.Of(() => stack.Step(((TensorReader)reader).StackParts));
                if (number > Warm)
                    counts[number % 8 == 0 ? 1 : 0] = record;
            }
            foreach (var learner in learners)
                learner.Dispose();
            return (counts[0], counts[1]);
        }
    }
}
