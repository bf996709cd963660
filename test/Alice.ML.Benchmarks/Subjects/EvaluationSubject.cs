using Alice.ML.Optimization.Tensors;
using Alice.ML.Samples;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Steps;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Subjects;

/// <summary>Loss and gradient of one network on one minibatch, by vector kernels and by tensors.</summary>
internal sealed unsafe class EvaluationSubject : IDisposable
{
    private const int BinsPerColumn = 48;

    // Rows to find bins and usual values in.
    private const int TableRows = 2048;

    private readonly Network _network;
    private readonly IFeatureSource _source;
    private readonly KernelReader _reader;
    private readonly TensorReader _tensors;
    private readonly BatchSource[] _batches;
    private readonly NetworkKernel _kernel;
    private readonly ParameterViews _at;
    private readonly ParameterViews _gradient;

    /// <param name="columns">Columns of numbers, which are inputs or have bins.</param>
    /// <param name="layers">Units of the hidden layers, and outputs: more than one are classes.</param>
    /// <param name="rows">Rows of the minibatch.</param>
    /// <param name="isBinned">Whether the columns have bins.</param>
    /// <param name="slots">Further columns: slots of one-hot columns.</param>
    /// <param name="levels">Slots of each one-hot column.</param>
    public EvaluationSubject(int columns, int[] layers, int rows, bool isBinned, int slots = 0, int levels = 1)
    {
        using var guard = no_grad();
        var random = new Random(1);
        var count = (TableRows + rows - 1) / rows * rows;
        float[] labels = [.. Enumerable.Range(0, count)
            .Select(_ => layers[^1] > 1 ? random.Next(layers[^1]) : (float)Arm.Gaussian(random))];
        var data = new TrainingData(Table(count, columns, slots, levels, random), labels, null, 0, count);
        var preparation = data.Features.Scale(data, new ColumnReport(_ => ""));
        (data, _) = TrainingData.Prepare(data, null, preparation);
        var inputs = isBinned
            ? InputEncoding.PiecewiseLinear(
                data, (DenseFeatures)data.Features, preparation,
                InputEncoding.Numbers(data, (DenseFeatures)data.Features), BinsPerColumn)
            : InputEncoding.Plain(Standardization.Identity(columns + slots));
        Objective objective = layers[^1] > 1 ? new SoftmaxObjective() : new SquaredObjective();
        Shape = new NetworkShape([inputs.Features, .. layers], Models.Activation.ReLU);
        Rows = rows;
        _network = new Network(Shape, objective);
        using var generator = new Generator(1UL);
        _at = new ParameterViews(Shape, Shape.Initialize(generator));
        _gradient = new ParameterViews(Shape, empty_like(_at.Flat));

        _source = data.Features.Open(count, Standardization.Identity(columns + slots), CPU);
        var part = new RowSet(data, _source);
        var (forKernels, forTensors) = (new KernelBatches(part, rows), new TensorBatches(part, rows, CPU));
        _batches = [forKernels, forTensors];
        _reader = forKernels.Open(inputs, 1);
        _tensors = forTensors.Open(inputs, 1);
        _reader.Read(0);
        _tensors.Read(0);
        _kernel = _reader.Kernel(Shape, objective);
    }

    public NetworkShape Shape { get; }

    public int Rows { get; }

    /// <summary>Multiplications and additions of the matrix products: two without a gradient for the inputs, then three
    /// a layer.</summary>
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

    public void WithKernels() => _kernel.Evaluate(Pointer(_at.Flat), Pointer(_gradient.Flat), _reader.Part(0));

    public void WithTensors()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _network.Evaluate(_at, _tensors.Parts[0], _gradient);
    }

    public void Dispose()
    {
        _at.Dispose();
        _at.Flat.Dispose();
        _gradient.Dispose();
        _gradient.Flat.Dispose();
        _network.Dispose();
        _reader.Dispose();
        _tensors.Dispose();
        foreach (var batches in _batches)
            batches.Dispose();
        _source.Dispose();
    }

    private static DenseFeatures Table(int rows, int columns, int slots, int levels, Random random)
    {
        var values = new float[rows * (columns + slots)];
        for (var at = 0; at < values.Length; at += slots)
        {
            for (var column = 0; column < columns; column++)
                values[at++] = (float)Arm.Gaussian(random);
            for (var slot = 0; slot < slots; slot += levels)
                values[at + slot + random.Next(levels)] = 1;
        }
        return new(values, columns + slots);
    }

    private static float* Pointer(Tensor tensor) => VectorLoop.Pointer<float>(tensor, tensor.numel());
}
