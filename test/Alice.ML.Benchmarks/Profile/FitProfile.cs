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
        _features = Open(data);
        _batches = new BatchSource(new RowSet(data, _features), BatchSize, CPU);
        _update = new UpdateSubject(_shape.Parameters, ScalarType.Float32);
        _gradients = new GradientEvaluator(new Network(_shape, new SquaredObjective()), CPU);
        _start = _shape.Initialize(_generator);
        _at = new ParameterViews(_shape, _start);
    }

    // Prepared for the second time, a table is measured and scaled as it was for the first.
    private static IFeatureSource Open(TrainingData data) =>
        data.Features.Prepare(data.Features.Scale(data, new ColumnReport(_ => "")), Rows).Open(Rows, Standardization.Identity(Columns), CPU);

    public string Description => $"{Rows:N0} rows, {string.Join('-', _shape.LayerSizes)}, batch {BatchSize}, {Epochs} epochs, one thread";

    public int Steps => Epochs * _batches.Count;

    /// <summary>Seconds of the whole fit, and of each part of it.</summary>
    public (double Whole, IReadOnlyList<(string Name, double Seconds)> Parts) Measure()
    {
        using var guard = no_grad();
        var data = Read();
        Minibatch[] batch = [_batches[0]];
        using var products = new MatrixProducts(_shape, BatchSize);
        // In turns, so that a disturbance meets whole and parts alike.
        var times = Alternating.Time(
            Rounds, Fit, () => Read(), () => Open(data).Dispose(),
            () => _batches.Shuffle(_generator), Repeat(() => _ = _batches[0]),
            Repeat(products.OfOnePoint), Repeat(products.OfThreePoints),
            Repeat(() => _gradients.Quick(_at, batch)), Repeat(() => _gradients.Sample(_at, batch, 1e-3, _generator)),
            Repeat(_update.QuickMove), Repeat(_update.WholeSample), Repeat(_update.FillAndPerturb));
        batch[0].Features.Dispose();
        batch[0].Targets.Dispose();

        double PerCall(int index) => times.Median(index) / Repetitions;
        var samples = Enumerable.Range(1, Steps)
            .Count(number => AliceStep.Create(Options, Options.LearningRate, number).IsSample);
        var quicks = Steps - samples;
        var matrixProducts = quicks * PerCall(5) + samples * PerCall(6);
        // Sample draws the directions and the outer points as well, which belong to the update.
        var gradients = quicks * PerCall(7) + samples * (PerCall(8) - PerCall(11));
        return (times.Median(0),
        [
            ("reading the rows", times.Median(1)),
            ("standardising", times.Median(2)),
            ("minibatches: order and index_select", Epochs * times.Median(3) + Steps * PerCall(4)),
            ("matrix products, forward and backward", matrixProducts),
            ("elementwise: biases, activations, loss, copies into the gradient", gradients - matrixProducts),
            ("update: directions, outer points, curvature, move", quicks * PerCall(9) + samples * PerCall(10)),
        ]);
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

    private void Fit() => _ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
    {
        HiddenLayers = HiddenLayers,
        NumberOfNetworks = 1,
        NumericEncoding = NumericEncoding.None,
        WeightDecay = 0,
        BatchSize = BatchSize,
        NumberOfEpochs = Epochs,
        NumberOfThreads = 1,
        Device = "cpu",
    }).Fit(_view);

    private static Action Repeat(Action action) => Alternating.Repeat(Repetitions, () =>
    {
        using var scope = NewDisposeScope();
        action();
    });
}
