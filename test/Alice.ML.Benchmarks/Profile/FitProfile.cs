using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Optimization;
using Alice.ML.Runtime;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Profile;

/// <summary>
/// One fit of 16-64-64-1 in batches of 128 on one thread, as a whole and in parts. A part is timed by itself, as the trainer calls it, and
/// multiplied by how often a fit does it; what the parts do not explain is called other.
/// </summary>
internal sealed class FitProfile : IDisposable
{
    private const int Rows = 100_000;
    private const int Columns = 16;
    private const int BatchSize = 128;
    private const int Epochs = 5;
    private const int Rounds = 5;
    private const int Repetitions = 300;
    private static readonly int[] HiddenLayers = [64, 64];
    private static readonly AliceOptimizerOptions Options = AliceOptimizerOptions.Tabular;

    private readonly TorchThreads _threads = new(1);
    private readonly MLContext _ml = new(1);
    private readonly IDataView _view;
    private readonly NetworkShape _shape = new([Columns, .. HiddenLayers, 1], Models.Activation.ReLU);
    private readonly Generator _generator = new(1UL);
    private readonly BatchSource _batches;
    private readonly IFeatureSource _features;
    private readonly UpdateSubject _update;
    private readonly GradientEvaluator _gradients;
    private readonly Tensor _start;
    private readonly ParameterViews _at;

    public FitProfile()
    {
        _view = _ml.Data.Cache(new SyntheticTable(Rows, Columns).View(_ml));
        using var guard = no_grad();
        var data = Read();
        _features = data.Features.Open(data.Features.Moments(data), Rows, CPU);
        _batches = new BatchSource(data, _features, BatchSize, CPU);
        _update = new UpdateSubject(_shape.Parameters, ScalarType.Float32);
        _gradients = new GradientEvaluator(_shape, new Network(_shape, new SquaredObjective()), CPU);
        _start = _shape.Initialize(1, _generator);
        _at = new ParameterViews(_shape, _start);
    }

    public string Description => $"{Rows:N0} rows, {string.Join('-', _shape.LayerSizes)}, batch {BatchSize}, {Epochs} epochs, one thread";

    public int Steps => Epochs * _batches.Count;

    /// <summary>Steps with three gradient evaluations.</summary>
    private int SampleSteps => Enumerable.Range(1, Steps)
        .Count(number => AliceStep.Create(Options, Options.LearningRate, Options.LearningRate, number).IsSample);

    private int QuickSteps => Steps - SampleSteps;

    /// <summary>Seconds of the fit, from outside.</summary>
    public double WholeFit() => Median(() => _ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
    {
        HiddenLayers = HiddenLayers,
        BatchSize = BatchSize,
        NumberOfEpochs = Epochs,
        NumberOfThreads = 1,
        Device = "cpu",
    }).Fit(_view));

    /// <summary>Seconds that a fit spends in each part.</summary>
    public IEnumerable<(string Name, double Seconds)> Parts()
    {
        using var guard = no_grad();
        yield return ("reading the rows", Median(() => Read()));
        var data = Read();
        yield return ("standardising", Median(() => data.Features.Open(data.Features.Moments(data), Rows, CPU).Dispose()));
        yield return ("minibatches: order and index_select", Epochs * Median(() => _batches.Shuffle(_generator))
            + Steps * PerCall(() => _ = _batches[0]));

        Minibatch[] batch = [_batches[0]];
        var prepare = PerCall(_update.Fill) + PerCall(_update.Perturb);
        var quick = PerCall(() => _gradients.Quick(_at, batch));
        var sample = PerCall(() => _gradients.Sample(_start, batch, 1e-3, _generator)) - prepare;
        using var products = new MatrixProducts(_shape, BatchSize);
        var matrixProducts = QuickSteps * PerCall(products.OfOnePoint) + SampleSteps * PerCall(products.OfThreePoints);
        yield return ("matrix products, forward and backward", matrixProducts);
        yield return ("elementwise: biases, activations, loss, copies into the gradient",
            QuickSteps * quick + SampleSteps * sample - matrixProducts);
        yield return ("update: directions, outer points, curvature, move",
            QuickSteps * PerCall(_update.QuickMove) + SampleSteps * PerCall(_update.WholeSample));
        foreach (var tensor in new[] { batch[0].Features, batch[0].Targets })
            tensor.Dispose();
    }

    public void Dispose()
    {
        _at.Dispose();
        _start.Dispose();
        _gradients.Dispose();
        _update.Dispose();
        _batches.Dispose();
        _features.Dispose();
        _generator.Dispose();
        _threads.Dispose();
    }

    private TrainingData Read()
    {
        using var channel = ((IHostEnvironment)_ml).Register("Profile").Start("Reading");
        return DataReader.Read(new RoleMappedData(_view, nameof(TableRow.Label), nameof(TableRow.Features)), channel);
    }

    private static double Median(Action action) => Alternating.Time(Rounds, action).Median(0);

    private static double PerCall(Action action) => Median(Alternating.Repeat(Repetitions, () =>
    {
        using var scope = NewDisposeScope();
        action();
    })) / Repetitions;
}
