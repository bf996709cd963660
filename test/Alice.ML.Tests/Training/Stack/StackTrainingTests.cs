using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Members;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using Alice.ML.Training.Stack;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>The trainer with stacks against the trainer with vector kernels, and what only stacks have: random numbers
/// drawn on the device, and gradients of any size.</summary>
[TestClass]
public class StackTrainingTests
{
    private const int Rows = 160;
    private const int Columns = 4;

    [TestMethod]
    public void Members_of_different_courses_and_layers_end_where_vector_kernels_take_them()
    {
        var expected = Train(usesKernels: true, networks: 4);
        var actual = Train(usesKernels: false, networks: 4);
        foreach (var ((loss, weights), (stackLoss, stackWeights)) in expected.Zip(actual))
        {
            Assert.AreEqual(loss, stackLoss, 1e-4 * loss);
            for (var i = 0; i < weights.Length; i++)
                Assert.AreEqual(weights[i], stackWeights[i], 1e-3f);
        }
    }

    [TestMethod]
    public void A_run_goes_on_from_where_it_was_saved()
    {
        using var problem = new StackProblem("squared", [16], dropout: 0.1);
        using var guard = no_grad();
        var whole = Take(problem, saveAt: null);
        var resumed = Take(problem, saveAt: 20);
        CollectionAssert.AreEqual(whole, resumed);
    }

    [TestMethod]
    public void Directions_drawn_on_a_device_are_as_often_plus_as_minus_and_independent()
    {
        const int Parameters = 2000, Steps = 400;
        using var scope = NewDisposeScope();
        using var like = zeros(2, Parameters);
        using var constants = new StackConstants(2, ScalarType.Float32, CPU);
        using var random = new StackRandom(like, null, 0, key: 3, drawsOnDevice: true);
        var sums = zeros(2, Parameters);
        var together = zeros(2, Parameters);
        var (means, between) = (new double[Steps], new double[Steps]);
        for (var number = 0; number < Steps; number++)
        {
            using var inner = NewDisposeScope();
            StackStep?[] steps = [.. Enumerable.Range(0, 2).Select(n => (StackStep?)new StackStep(
                AliceStep.Create(AliceOptimizerOptions.Tabular, 1e-3, 8), 1, AliceDirections.Key((ulong)n, number),
                0))];
            constants.Load(steps, needsKeys: true);
            var signs = random.Directions(steps, constants).sign();
            Assert.AreEqual(1f, signs.abs().min().item<float>());
            sums.Add(signs);
            // Of neighbours, and of the two networks.
            together.Add(signs * signs.roll(1, 1));
            means[number] = signs.mean().item<float>();
            between[number] = (signs.select(0, 0) * signs.select(0, 1)).mean().item<float>();
        }
        // Five standard deviations of 4,000 numbers.
        Assert.IsLessThan(5 * Math.Sqrt(Steps), sums.abs().max().item<float>());
        Assert.IsLessThan(5 * Math.Sqrt(Steps), together.abs().max().item<float>());
        Assert.IsLessThan(5 / Math.Sqrt(2 * Parameters), means.Max(Math.Abs));
        Assert.IsLessThan(5 / Math.Sqrt(Parameters), between.Max(Math.Abs));
        Assert.AreEqual(1.0, sums.mul(sums).mean().item<float>() / Steps, 0.1);
        Assert.AreEqual(1.0, together.mul(together).mean().item<float>() / Steps, 0.1);
    }

    [TestMethod]
    [DataRow(1.9e19)]
    [DataRow(1e30)]
    [DataRow(3e38)]
    public void A_finite_gradient_of_any_size_leaves_finite_parameters(double size)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new StackProblem("squared", []);
        foreach (var estimate in Enum.GetValues<HessianEstimate>())
            foreach (var bound in Enum.GetValues<StepBound>())
            {
                var options = AliceOptimizerOptions.Tabular with { HessianEstimate = estimate, StepBound = bound };
                using var memory = new StackMemory(1, 5, ScalarType.Float32, CPU);
                using var constants = new StackConstants(1, ScalarType.Float32, CPU);
                using var move = new StackMove(memory, constants, AliceStep.Create(options, 1e-3, 1));
                for (var number = 1; number <= 40; number++)
                {
                    var step = AliceStep.Create(options, 1e-3, number);
                    constants.Load([new StackStep(step, 0.999, 1, 0)], needsKeys: false);
                    // Of changing sign, at the three points too.
                    var gradients = tensor(new[] { 1f, -1, 1, 0, 1e-20f, 1, 1, -1, 0, 1e-20f, -1, -1, 1, 0, 1e-20f })
                        .view(3, 1, 5).mul(tensor((float)(number % 3 == 0 ? -size : size)));
                    if (step.IsSample)
                    {
                        memory.Outer.copy_(gradients.narrow(0, 1, 2));
                        move.MeasureCurvature(
                            gradients.select(0, 0), tensor(1e-3f).expand(1, 5), step, samplesAll: true);
                    }
                    move.Average(gradients.select(0, 0), step, step.IsSample);
                    if (step.Moves)
                        move.Move(step, decays: true);
                }
                foreach (var tensor in memory.State(0))
                    Assert.IsTrue(AliceUpdate.IsFinite(tensor.clone()), $"{estimate}, {bound}");
            }
    }

    [TestMethod]
    public void Sparse_rows_on_a_device_are_the_rows()
    {
        using var scope = NewDisposeScope();
        var random = new Random(1);
        var rows = Enumerable.Range(0, 20).Select(_ =>
        {
            int[] columns = [.. Enumerable.Range(0, 9).Where(_ => random.Next(3) == 0)];
            return new SparseRow(columns, [.. columns.Select(_ => random.NextSingle())]);
        }).ToList();
        var features = new SparseFeatures(rows, 9);
        var common = Standardization.Identity(9);
        (common.Mean[2], common.Scale[2], common.Scale[0]) = (0.5, 2, 3);
        using var source = features.OpenOnDevice(20, common, CPU);
        long[] selected = [3, 0, 19, 3];
        var actual = source.Select(tensor(selected));
        for (var i = 0; i < selected.Length; i++)
        {
            var expected = new float[9];
            features.CopyRow((int)selected[i], expected);
            common.Apply(expected);
            CollectionAssert.AreEqual(expected, actual.select(0, i).data<float>().ToArray());
        }
    }

    /// <summary>What the check on a GPU compares, here on the CPU alone.</summary>
    [TestMethod]
    public void Sparse_rows_are_learned_from_as_dense_ones()
    {
        using var dense = new StackProblem("squared", [16], dropout: 0.2);
        using var sparse = new StackProblem("squared", [16], dropout: 0.2, kind: "sparse");
        var expected = StackRun.Take(dense, networks: 2, steps: 60, out _);
        var actual = StackRun.Take(sparse, networks: 2, steps: 60, out _);
        for (var n = 0; n < 2; n++)
            Assert.AreEqual(expected[n], actual[n], 1e-6 * expected[n]);
    }

    private static List<float> Take(StackProblem problem, int? saveAt)
    {
        StackLearner[] learners = [.. Enumerable.Range(0, 2).Select(n => problem.StackLearner(n))];
        var stack = new NetworkStack(learners, drawsOnDevice: true);
        var (source, reader) = problem.Open(usesKernels: false);
        for (var number = 1; number <= 40; number++)
        {
            reader.Read(number % source.Count);
            for (var n = 0; n < learners.Length; n++)
            {
                var (step, kept, key) = problem.Step(n, number);
                learners[n].Plan(step, kept, key, number % 8 == 0);
            }
            stack.Step(((TensorReader)reader).StackParts);
            if (number != saveAt)
                continue;
            using var file = new MemoryStream();
            using (var writer = new BinaryWriter(file, System.Text.Encoding.UTF8, leaveOpen: true))
                foreach (var learner in learners)
                    learner.Save(writer);
            stack.Dispose();
            foreach (var learner in learners)
                learner.Dispose();
            learners = [.. Enumerable.Range(0, 2).Select(n => problem.StackLearner(n + 5))];
            stack = new NetworkStack(learners, drawsOnDevice: true);
            file.Position = 0;
            using var saved = new BinaryReader(file);
            foreach (var learner in learners)
                learner.Restore(saved);
        }
        List<float> all = [];
        foreach (var learner in learners)
        {
            all.AddRange(learner.State.LookAhead.data<float>().ToArray());
            all.AddRange(learner.Current.data<float>().ToArray());
            all.Add((float)learner.Losses().Sum);
            learner.Dispose();
        }
        stack.Dispose();
        reader.Dispose();
        source.Dispose();
        return all;
    }

    private static (double Loss, float[] Weights)[] Train(bool usesKernels, int networks)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, Rows * Columns).Select(_ => random.NextSingle() * 2 - 1)];
        float[] labels =
            [.. Enumerable.Range(0, Rows).Select(row => values[row * Columns] * values[row * Columns + 1])];
        var data = new TrainingData(new DenseFeatures(values, Columns), labels, null, 0, Rows);
        var common = Standardization.Identity(Columns);
        using var source = data.Features.Open(Rows, common, CPU);
        using var problem = new StackProblem("squared", [8]);
        var settings = problem.Settings(usesKernels) with { NumberOfEpochs = 8 };
        var inputs = InputEncoding.Plain(common);
        var task = new LearningTask(
            new SquaredObjective(), 1, Standardization.Identity(1), Standardization.Identity(1));
        NetworkShape[] shapes =
            [new([Columns, 16, 8, 1], Activation.ReLU), new([Columns, 16, 8, 1], Activation.ReLU),
                new([Columns, 16, 8, 1], Activation.ReLU), new([Columns, 1], Activation.ReLU)];
        NetworkInTraining[] members = [.. Enumerable.Range(0, networks).Select(n => new NetworkInTraining(
            new NetworkDesign(
                new NetworkPlan(NumericEncoding.None, shapes[n].LayerSizes, 0, 0.1 * n), shapes[n], task.Objective,
                inputs),
            settings, new Course(n == 0 ? LearningRateSchedule.Averaged : LearningRateSchedule.Cosine, 4.5 + n), n + 1,
            null))];
        using var trainer = new EnsembleTrainer(
            new TrainingRows(new RowSet(data, source), null), members, task, settings, new RunClock());
        trainer.Run();
        return [.. members.Select(member => (member.Loss, member.Weights()))];
    }
}
