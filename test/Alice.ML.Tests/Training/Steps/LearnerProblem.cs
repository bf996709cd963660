using Alice.ML.Models;
using Alice.ML.Optimization.Update;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Members;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Steps;

/// <summary>A small data set of one kind of inputs, with weights of the rows, and a network to learn it by.</summary>
internal sealed class LearnerProblem : IDisposable
{
    private const int Rows = 150;
    private const int Columns = 5;
    private const int Levels = 15;
    private const int BatchSize = 32;
    private const ulong Key = 7;

    private readonly RowSet _rows;
    private readonly RowSet _rowsForKernels;
    private readonly InputEncoding _inputs;
    private readonly NetworkShape _shape;
    private readonly int _parts;

    public LearnerProblem(string kind, int parts, double dropout = 0)
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

    /// <summary>The weights that every learner starts from.</summary>
    public Tensor Start()
    {
        using var generator = new Generator(1UL);
        return _shape.Initialize(generator);
    }

    public Learner Learner(bool usesKernels)
    {
        using var start = Start();
        return NetworkInTraining.CreateLearner(
            _shape, new SquaredObjective(), start, Settings(usesKernels));
    }

    /// <summary>A network with its optimizer, at a constant learning rate of 0.001.</summary>
    public NetworkInTraining Member(bool usesKernels) => new(
        new NetworkDesign(
            new NetworkPlan(NumericEncoding.None, _shape.LayerSizes, 0, 0), _shape, new SquaredObjective(), _inputs),
        Settings(usesKernels), new Course(LearningRateSchedule.Constant, 1), seed: 1, initialWeights: null);

    /// <summary>The rows in minibatches, in their order.</summary>
    /// <param name="usesKernels">For which learners.</param>
    /// <param name="labelFactor">What the labels are multiplied by.</param>
    public BatchSource Batches(bool usesKernels, float labelFactor = 1)
    {
        var rows = usesKernels ? _rowsForKernels : _rows;
        var (data, settings) = (rows.Data, Settings(usesKernels));
        float[] labels = [.. data.LabelArray.Select(label => label * labelFactor)];
        return BatchSource.Create(
            new RowSet(new(data.Features, labels, data.WeightArray, 0, Rows), rows.Features), BatchSize, settings);
    }

    public BatchReader Open(BatchSource batches) => batches.Open(_inputs, _parts);

    /// <summary>Takes steps of an epoch that begins, over the minibatches one after the other.</summary>
    /// <param name="learner">What takes them.</param>
    /// <param name="usesKernels">Whether it has kernels.</param>
    /// <param name="first">Number of the first step.</param>
    /// <param name="last">Number of the last step.</param>
    /// <param name="kept">What weight decay multiplies the weights by.</param>
    /// <param name="key">Decides the random numbers.</param>
    /// <param name="lookAhead">ω, where it is not that of the options.</param>
    /// <returns>The loss before the first step, and the sum of all.</returns>
    public (double First, double Sum) Take(
        Learner learner, bool usesKernels, int first, int last, double kept = 1, ulong key = Key,
        double? lookAhead = null)
    {
        using var batches = Batches(usesKernels);
        using var reader = Open(batches);
        var options = Settings(usesKernels).Optimizer;
        learner.StartEpoch();
        for (var number = first; number <= last; number++)
        {
            reader.Read(number % batches.Count);
            var step = AliceStep.Create(options, 1e-3, number);
            learner.Step(reader, step with { LookAhead = lookAhead ?? step.LookAhead }, kept,
                AliceDirections.Key(key, number));
        }
        return learner.Losses();
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

    private static TrainingSettings Settings(bool usesKernels) =>
        TestSettings.Of(BatchSize) with { UsesKernels = usesKernels };
}
