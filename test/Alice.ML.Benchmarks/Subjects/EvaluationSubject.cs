using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Training;
using Alice.ML.Training.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>Loss and gradient of one network on one minibatch, by vector kernels and by tensors.</summary>
internal sealed unsafe class EvaluationSubject : IDisposable
{
    private const int BinsPerColumn = 48;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Network _network;
    private readonly NetworkKernel _kernel;
    private readonly ParameterViews _at;
    private readonly ParameterViews _gradient;
    private readonly Minibatch _batch;
    private readonly KernelBatch _kernelBatch;
    private readonly WorkMemory _memory = new();

    /// <param name="columns">Inputs, or columns with bins.</param>
    /// <param name="layers">Units of the hidden layers, and outputs: more than one are classes.</param>
    /// <param name="rows">Rows of the minibatch.</param>
    /// <param name="isBinned">Whether the columns have bins.</param>
    public EvaluationSubject(int columns, int[] layers, int rows, bool isBinned)
    {
        using var guard = no_grad();
        using var generator = new Generator(1UL);
        Objective objective = layers[^1] > 1 ? new SoftmaxObjective() : new SquaredObjective();
        var bins = isBinned ? Bins(columns) : null;
        Shape = new NetworkShape([bins?.Features ?? columns, .. layers], Activation.ReLU);
        Rows = rows;
        _network = new Network(Shape, objective);
        _kernel = NetworkKernel.Create(Shape, objective.Kernel, isBinned ? FirstLayerInputs.Bins : FirstLayerInputs.Dense, bins);
        _at = new ParameterViews(Shape, Shape.Initialize(generator));
        _gradient = new ParameterViews(Shape, empty_like(_at.Flat));

        var features = randn(rows, columns, generator: generator);
        var targets = layers[^1] > 1
            ? randint(0, layers[^1], [rows, 1], generator: generator).to_type(ScalarType.Float32)
            : randn(rows, 1, generator: generator);
        using var encoding = bins is null ? null : new DeviceEncoding(bins, CPU);
        _batch = new Minibatch(encoding?.Encode(features) ?? features, targets, null, rows);
        _kernelBatch = new KernelBatch
        {
            Features = Pointer(features),
            FeatureStride = columns,
            Targets = Pointer(targets),
            Rows = rows,
            WholeRows = rows,
        };
        if (bins is null)
            return;
        var (found, shares) = ((nint)_memory.Allocate((long)rows * columns), (nint)_memory.Allocate((long)rows * columns));
        BinnedBatch.Locate(bins, Pointer(features), rows, (int*)found, (float*)shares);
        _kernelBatch = _kernelBatch with { Binned = new BinnedBatch(Pointer(features), (int*)found, (float*)shares) };
    }

    public NetworkShape Shape { get; }

    public int Rows { get; }

    /// <summary>Multiplications and additions of the matrix products: two without a gradient for the inputs, then three a layer.</summary>
    public double Operations
    {
        get
        {
            double sum = 0;
            for (var layer = 0; layer < Shape.Layers; layer++)
                sum += (layer == 0 ? 4.0 : 6.0) * Rows * Shape.LayerSizes[layer] * Shape.LayerSizes[layer + 1];
            return sum;
        }
    }

    public void WithKernels() => _kernel.Evaluate(Pointer(_at.Flat), Pointer(_gradient.Flat), _kernelBatch);

    public void WithTensors()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _network.Evaluate(_at, _batch, _gradient);
    }

    public void Dispose()
    {
        _at.Dispose();
        _gradient.Dispose();
        _network.Dispose();
        _scope.Dispose();
    }

    private static EncodedColumns Bins(int columns)
    {
        var bins = new EncodedColumns(
            [.. Enumerable.Repeat(Enumerable.Range(0, BinsPerColumn + 1).Select(i => 4f * i / BinsPerColumn - 2).ToArray(), columns)]);
        Array.Fill(bins.Scale, 1);
        return bins;
    }

    private static float* Pointer(Tensor tensor) => VectorLoop.Pointer<float>(tensor, tensor.numel());
}
