using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Training.Reading;
using BenchmarkDotNet.Attributes;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Benchmarks.Micro;

/// <summary>Reading rows into the training buffer; saving and loading a model.</summary>
[Config(typeof(MicroConfig))]
public class DataAndFiles
{
    private const int Rows = 100_000;
    private const int Columns = 20;
    private readonly MLContext _ml = new(1);
    private IChannel _channel = null!;
    private RoleMappedData _data = null!;
    private ITransformer _model = null!;
    private byte[] _zip = [];

    [GlobalSetup]
    public void Setup()
    {
        var view = _ml.Data.Cache(new SyntheticTable(Rows, Columns).View(_ml));
        view.GetColumn<VBuffer<float>>(nameof(TableRow.Features)).Count();
        view.GetColumn<float>(nameof(TableRow.Label)).Count();
        _channel = ((IHostEnvironment)_ml).Register("Benchmark").Start("Reading");
        _data = new RoleMappedData(view, nameof(TableRow.Label), nameof(TableRow.Features));
        _model = _ml.Regression.Trainers.Alice(numberOfEpochs: 1).Fit(view);
        _zip = Save();
    }

    [GlobalCleanup]
    public void Cleanup() => _channel.Dispose();

    /// <summary>100,000 rows × 20 features.</summary>
    [Benchmark]
    public object Read() => DataReader.Read(_data, _channel);

    [Benchmark]
    public byte[] Save()
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(_model, _data.Data.Schema, stream);
        return stream.ToArray();
    }

    [Benchmark]
    public ITransformer Load()
    {
        using var stream = new MemoryStream(_zip);
        return _ml.Model.Load(stream, out _);
    }
}
