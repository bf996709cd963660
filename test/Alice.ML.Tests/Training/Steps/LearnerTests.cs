using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Update;
using Alice.ML.Training;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Steps;

/// <summary>Steps by vector kernels on plain memory against the same steps by tensors.</summary>
[TestClass]
public class LearnerTests
{
    private const int Rows = 150;
    private const int Columns = 5;
    private const int Levels = 15;
    private const int BatchSize = 32;
    private const ulong Key = 7;

    [TestMethod]
    [DataRow("numbers", 1)]
    [DataRow("numbers", 3)]
    [DataRow("bins", 1)]
    [DataRow("bins", 3)]
    [DataRow("scores", 1)]
    [DataRow("sparse", 1)]
    [DataRow("sparse", 3)]
    [DataRow("sparse, linear", 1)]
    [DataRow("numbers and slots", 1)]
    [DataRow("numbers and slots", 3)]
    [DataRow("scores and slots", 1)]
    [DataRow("bins and slots", 1)]
    [DataRow("bins and slots", 3)]
    public void Kernels_take_the_steps_of_tensors(string kind, int parts)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var problem = new Problem(kind, parts);
        using var byTensors = problem.Learner(usesKernels: false);
        using var byKernels = problem.Learner(usesKernels: true);
        var expected = problem.Train(byTensors, usesKernels: false);
        var actual = problem.Train(byKernels, usesKernels: true);

        Assert.AreEqual(expected.First, actual.First, 1e-4 * expected.First);
        Assert.AreEqual(expected.Sum, actual.Sum, 1e-3 * expected.Sum);
        Assert.AreEqual(byTensors.GradientEvaluations, byKernels.GradientEvaluations);
        AssertClose(byTensors.State.Center, byKernels.State.Center);
        AssertClose(byTensors.Current, byKernels.Current);
        Assert.AreNotEqual(byKernels.State.Center, byKernels.Current);
        AssertClose(problem.Outputs(byTensors, usesKernels: false), problem.Outputs(byKernels, usesKernels: true));
    }

    [TestMethod]
    [DataRow("numbers", 0.0)]
    [DataRow("bins", 0.2)]
    [DataRow("scores", 0.0)]
    [DataRow("sparse", 0.0)]
    [DataRow("numbers and slots", 0.2)]
    [DataRow("bins and slots", 0.0)]
    public void A_step_allocates_nothing(string kind, double dropout)
    {
        using var guard = no_grad();
        using var problem = new Problem(kind, 1, dropout);
        using var learner = problem.Learner(usesKernels: true);
        problem.Train(learner, usesKernels: true, out var allocated);
        Assert.AreEqual(0, allocated);
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.IsLessThan(2e-3f, (expected - actual).abs().max().item<float>());

    private sealed class Problem : IDisposable
    {
        private readonly RowSet _rows;
        private readonly RowSet _rowsForKernels;
        private readonly InputEncoding _inputs;
        private readonly NetworkShape _shape;
        private readonly int _parts;

        public Problem(string kind, int parts, double dropout = 0)
        {
            _parts = parts;
            var random = new Random(1);
            // Heavy tails in the second column.
            float[] values = [.. Enumerable.Range(0, Rows * Columns).Select(i =>
                i % Columns == 1
                    ? MathF.Exp(4 * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f))
                    : random.NextSingle() * 2 - 1)];
            var columns = Columns;
            if (kind.EndsWith("slots"))
                (values, columns) = WithSlots(values, random);
            float[] labels =
                [.. Enumerable.Range(0, Rows).Select(row => values[row * columns] * values[row * columns + 2])];
            float[] weights = [.. Enumerable.Range(0, Rows).Select(_ => 0.5f + random.NextSingle())];
            var data = new TrainingData(new DenseFeatures(values, columns), labels, weights, 0, Rows);
            var preparation = data.Features.Scale(data, new ColumnReport(_ => ""));
            (data, _) = TrainingData.Prepare(data, null, preparation);
            var table = (DenseFeatures)data.Features;
            _inputs = kind.Split(' ')[0] switch
            {
                "bins" =>
                    InputEncoding.PiecewiseLinear(data, table, preparation, InputEncoding.Numbers(data, table), 8),
                "scores" => InputEncoding.NormalScores(data, table, preparation)!,
                _ => InputEncoding.Plain(Standardization.Identity(data.Columns)),
            };
            _rows = new RowSet(data, table.Open(Rows, Standardization.Identity(data.Columns), CPU));
            int[] hidden = kind.Contains("linear") ? [] : [16, 8];
            _shape = new NetworkShape([_inputs.Features, .. hidden, 1], Activation.ReLU, dropout);
            _rowsForKernels = kind.StartsWith("sparse") ? Sparse(data) : _rows;
        }

        /// <summary>Slots of two one-hot columns beside the numbers, of which vector kernels read those that are
        /// on.</summary>
        private static (float[] Values, int Columns) WithSlots(float[] values, Random random)
        {
            var columns = Columns + 2 * Levels;
            var wider = new float[Rows * columns];
            for (var row = 0; row < Rows; row++)
            {
                values.AsSpan(row * Columns, Columns).CopyTo(wider.AsSpan(row * columns));
                for (var slot = Columns; slot < columns; slot += Levels)
                    wider[row * columns + slot + random.Next(Levels)] = 1;
            }
            return (wider, columns);
        }

        /// <summary>The same rows as values that are not zero, less a mean that training takes away.</summary>
        private static RowSet Sparse(TrainingData data)
        {
            var common = Standardization.Identity(data.Columns);
            common.Mean[1] = common.Mean[3] = 0.25;
            int[] columns = [.. Enumerable.Range(0, data.Columns)];
            var table = (DenseFeatures)data.Features;
            var rows = Enumerable.Range(0, Rows).Select(row => new SparseRow(
                columns, [.. columns.Select(column => table.Row(row)[column] + (float)common.Mean[column])]));
            var sparse = new TrainingData(
                new SparseFeatures([.. rows], data.Columns), data.LabelArray, data.WeightArray, 0, Rows);
            return new RowSet(sparse, sparse.Features.Open(Rows, common, CPU));
        }

        public Learner Learner(bool usesKernels)
        {
            using var generator = new Generator(1UL);
            using var start = _shape.Initialize(generator);
            return Alice.ML.Training.Steps.Learner.Create(_shape, new SquaredObjective(), start, Settings(usesKernels));
        }

        public (double First, double Sum) Train(Learner learner, bool usesKernels) =>
            Train(learner, usesKernels, out _);

        /// <summary>One epoch after warming up, in which the averages build up and parameters move, by quick and sample
        /// steps.</summary>
        public (double First, double Sum) Train(Learner learner, bool usesKernels, out long allocated)
        {
            var settings = Settings(usesKernels);
            using var batches = BatchSource.Create(usesKernels ? _rowsForKernels : _rows, BatchSize, settings);
            using var reader = batches.Open(_inputs, _parts);
            batches.Shuffle(Key);
            learner.StartEpoch();
            var before = 0L;
            for (var number = 1; number <= 40; number++)
            {
                if (number == 20)
                    learner.Average();
                if (number == 21)
                    before = GC.GetAllocatedBytesForCurrentThread();
                reader.Read(number % batches.Count);
                learner.Step(reader, AliceStep.Create(settings.Optimizer, 1e-3, number), 0.999,
                    AliceDirections.Key(Key, number));
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            learner.Average();
            return learner.Losses();
        }

        public Tensor Outputs(Learner learner, bool usesKernels)
        {
            using var batches = BatchSource.Create(usesKernels ? _rowsForKernels : _rows, Rows, Settings(usesKernels));
            using var reader = batches.Open(_inputs);
            reader.Read(0);
            return learner.Outputs(reader);
        }

        public void Dispose() => _rows.Features.Dispose();

        private static TrainingSettings Settings(bool usesKernels) => new()
        {
            Optimizer = AliceOptimizerOptions.Tabular,
            LearningRate = 1e-3,
            NumberOfEpochs = 1,
            BatchSize = BatchSize,
            GradientAccumulation = 1,
            WeightDecays = [0],
            Patience = null,
            MinimumImprovement = 0,
            MaximumTime = null,
            IsCancelled = () => false,
            Workers = 1,
            Seed = 1,
            Device = CPU,
            UsesKernels = usesKernels,
        };
    }
}
