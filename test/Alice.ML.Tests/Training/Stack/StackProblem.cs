using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Rules;
using Alice.ML.Training.Stack;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Training.Stack;

/// <summary>Rows, an objective and networks of the same layers, whose learning rates and decays differ.</summary>
internal sealed class StackProblem : IDisposable
{
    private const int LeastRows = 200;
    private const ulong Key = 7;

    private readonly RowSet _rows;
    private readonly InputEncoding _inputs;
    private readonly Device _device;
    private readonly int _batchSize;

    /// <param name="objective">What networks minimise.</param>
    /// <param name="hidden">Their hidden layers.</param>
    /// <param name="activation">Their activation.</param>
    /// <param name="dropout">Share of units left out.</param>
    /// <param name="weights">Whether rows have weights.</param>
    /// <param name="options">The optimizer's.</param>
    /// <param name="kind">"numbers", "bins" or "sparse".</param>
    /// <param name="device">Where tensors are; null: the CPU.</param>
    /// <param name="columns">Columns of a row.</param>
    /// <param name="batchSize">Rows of a minibatch.</param>
    public StackProblem(
        string objective, int[] hidden, Activation activation = Activation.ReLU, double dropout = 0,
        bool weights = true, AliceOptimizerOptions? options = null, string kind = "numbers", Device? device = null,
        int columns = 6, int batchSize = 32)
    {
        Options = options ?? AliceOptimizerOptions.Tabular;
        (_device, _batchSize) = (device ?? CPU, batchSize);
        var rowCount = Math.Max(LeastRows, 2 * batchSize);
        (Objective, var outputs) = objective switch
        {
            "squared" => ((Objective)new SquaredObjective(), 1),
            "huber" => (new HuberObjective(0.5), 1),
            "quantile" => (new QuantileObjective(0.3), 1),
            "poisson" => (new PoissonObjective(), 1),
            "quantiles" => (new LabelsObjective(new SquaredObjective(), 1, [0.1f, 0.9f]), 3),
            "logistic" => (new LogisticObjective(), 1),
            "softmax" => (new SoftmaxObjective(), 3),
            _ => throw new ArgumentException(objective),
        };
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, rowCount * columns).Select(_ => random.NextSingle() * 2 - 1)];
        float[] labels = [.. Enumerable.Range(0, rowCount).Select(row =>
        {
            var sum = values[row * columns] * values[row * columns + 1] + values[row * columns + 2];
            return objective switch
            {
                "logistic" => sum > 0 ? 1 : 0,
                "softmax" => sum > 0.5 ? 2 : sum > -0.2 ? 1f : 0,
                "poisson" => (float)Math.Floor(Math.Exp(sum)),
                _ => sum,
            };
        })];
        float[]? rowWeights = weights ? [.. labels.Select(_ => 0.5f + random.NextSingle())] : null;
        var common = Standardization.Identity(columns);
        var dense = new DenseFeatures(values, columns);
        var data = new TrainingData(dense, labels, rowWeights, 0, rowCount);
        _inputs = InputEncoding.Plain(common);
        if (kind == "bins")
            _inputs = InputEncoding.PiecewiseLinear(
                data, dense, dense.Scale(data, new ColumnReport(_ => "")), InputEncoding.Numbers(data, dense), 8);
        int[] all = [.. Enumerable.Range(0, columns)];
        _rows = new RowSet(data, kind == "sparse"
            ? new SparseFeatures([.. Enumerable.Range(0, rowCount).Select(row =>
                new SparseRow(all, dense.Row(row).ToArray()))], columns).OpenOnDevice(rowCount, common, _device)
            : dense.Open(rowCount, common, _device));
        Shape = new NetworkShape([_inputs.Features, .. hidden, outputs], activation, dropout);
    }

    public AliceOptimizerOptions Options { get; }

    public Objective Objective { get; }

    public NetworkShape Shape { get; }

    public Tensor Start(int network)
    {
        using var generator = new Generator((ulong)network + 1);
        return Shape.Initialize(generator);
    }

    public StackLearner StackLearner(int network, ScalarType type = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        return new StackLearner(Shape, Objective, Start(network).to(type), Settings(false), Key);
    }

    public KernelLearner KernelLearner(int network)
    {
        using var start = Start(network);
        return new KernelLearner(Shape, Objective, start);
    }

    /// <summary>A step of a network: rate and decay are its own.</summary>
    public (AliceStep Step, double Kept, ulong Key) Step(int network, int number)
    {
        var rate = Options.LearningRate * (1 + 0.5 * network) * (1 - 0.5 * number / 400);
        return (AliceStep.Create(Options, rate, number), 1 - rate * 0.1 * (network + 1),
            AliceDirections.Key((ulong)network, number));
    }

    /// <summary>Reads minibatches in one order.</summary>
    public (BatchSource Source, BatchReader Reader) Open(bool usesKernels, int parts = 1)
    {
        var source = BatchSource.Create(_rows, _batchSize, Settings(usesKernels));
        source.Shuffle(Key);
        return (source, source.Open(_inputs, parts));
    }

    public void Dispose() => _rows.Features.Dispose();

    public TrainingSettings Settings(bool usesKernels) => TestSettings.Of(_batchSize) with
    {
        Optimizer = Options,
        LearningRate = Options.LearningRate,
        Device = _device,
        UsesKernels = usesKernels,
        StacksOnCpu = true,
    };
}
