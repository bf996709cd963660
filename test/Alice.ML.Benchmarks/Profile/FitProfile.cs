using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Optimization.Update;
using Alice.ML.Trainers;
using Alice.ML.Training.Batches;
using Alice.ML.Training.Data;
using Alice.ML.Training.Inputs;
using Alice.ML.Training.Kernels;
using Alice.ML.Training.Networks;
using Alice.ML.Training.Objectives;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Profile;

/// <summary>One fit of 16-64-64-1 in batches of 128 on one thread, as a whole and in parts. A part is timed by itself,
/// as the trainer calls it, and multiplied by how often a fit does it; what the parts do not explain is called other.
/// </summary>
internal sealed unsafe class FitProfile : IDisposable
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
    private readonly KernelBatches _batches;
    private readonly KernelReader _reader;
    private readonly KernelWork _work;
    private readonly IFeatureSource _features;
    private readonly UpdateSubject _update;
    private readonly WorkMemory _memory = new();
    private readonly float* _at;

    public FitProfile()
    {
        _view = _ml.Data.Cache(new SyntheticTable(Rows, Columns).View(_ml));
        using var guard = no_grad();
        var rows = Open(Read());
        _features = rows.Features;
        _batches = new KernelBatches(rows, BatchSize);
        _reader = _batches.Open(InputEncoding.Plain(Standardization.Identity(Columns)), 1);
        _work = _reader.Work(_shape, new SquaredObjective());
        _update = new UpdateSubject(_shape.Parameters, ScalarType.Float32);
        _at = _memory.Allocate(_shape.Parameters);
        using var generator = new Generator(1UL);
        using var start = _shape.Initialize(generator);
        VectorLoop.Span<float>(start, _shape.Parameters).CopyTo(new Span<float>(_at, _shape.Parameters));
    }

    // Prepared for the second time, a table is measured and scaled as it was for the first.
    private static RowSet Open(TrainingData data)
    {
        (data, _) = TrainingData.Prepare(data, null, data.Features.Scale(data, new ColumnReport(_ => "")));
        return new RowSet(data, data.Features.Open(Rows, Standardization.Identity(Columns), CPU));
    }

    public string Description =>
        $"{Rows:N0} rows, {string.Join('-', _shape.LayerSizes)}, batch {BatchSize}, {Epochs} epochs, one thread";

    public int Steps => Epochs * _batches.Count;

    /// <summary>Seconds of the whole fit, and of each part of it.</summary>
    public (double Whole, IReadOnlyList<(string Name, double Seconds)> Parts) Measure()
    {
        using var guard = no_grad();
        var data = Read();
        var index = 0;
        // In turns, so that a disturbance meets whole and parts alike.
        var times = Alternating.Time(
            Rounds, Fit, () => Read(), () => Open(data).Features.Dispose(),
            () => _batches.Shuffle(1), Repeat(() => _reader.Read(index++ % _batches.Count)),
            Repeat(() => _work.Kernel.Evaluate(_at, _work.Centre, _reader.Part(0))),
            Repeat(_update.QuickMove), Repeat(_update.WholeSample));

        double PerCall(int part) => times.Median(part) / Repetitions;
        var samples = Enumerable.Range(1, Steps)
            .Count(number => AliceStep.Create(Options, Options.LearningRate, number).IsSample);
        var quicks = Steps - samples;
        return (times.Median(0),
        [
            ("reading the rows", times.Median(1)),
            ("standardizing", times.Median(2)),
            ("minibatches: order and gathering", Epochs * times.Median(3) + Steps * PerCall(4)),
            ("gradients", (quicks + 3 * samples) * PerCall(5)),
            ("update: directions, outer points, curvature, move", quicks * PerCall(6) + samples * PerCall(7)),
        ]);
    }

    public void Dispose()
    {
        _update.Dispose();
        _reader.Dispose();
        _batches.Dispose();
        _features.Dispose();
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

    private static Action Repeat(Action action) => Alternating.Repeat(Repetitions, action);
}
