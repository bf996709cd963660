using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Optimization.Runtime;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Micro;

/// <summary>The kernels of the update, by number of parameters and type, on one thread.</summary>
[Config(typeof(MicroConfig))]
public class UpdateKernels
{
    private TorchThreads? _threads;
    private UpdateSubject _subject = null!;

    [Params(5_313, 100_000, 10_000_000)]
    public int Parameters { get; set; }

    [Params(ScalarType.Float32, ScalarType.Float64)]
    public ScalarType Type { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _threads = new TorchThreads(1);
        _subject = new UpdateSubject(Parameters, Type);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _subject.Dispose();
        _threads?.Dispose();
    }

    [Benchmark]
    public void QuickMove() => _subject.QuickMove();

    [Benchmark]
    public void SampleMove() => _subject.SampleMove();

    [Benchmark]
    public void Perturb() => _subject.Perturb();

    [Benchmark]
    public void MeasureCurvature() => _subject.MeasureCurvature();

    [Benchmark]
    public void Fill() => _subject.Fill();
}
