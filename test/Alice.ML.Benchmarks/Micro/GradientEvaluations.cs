using Alice.ML.Models;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Update;
using Alice.ML.Training;
using Alice.ML.Training.Objectives;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Micro;

/// <summary>One gradient, and the three of a sample step, on one thread.</summary>
[Config(typeof(MicroConfig))]
public class GradientEvaluations
{
    private TorchThreads? _threads;
    private GradientEvaluator _gradients = null!;
    private Generator _generator = null!;
    private Tensor _start = null!;
    private ParameterViews _at = null!;
    private Minibatch[] _batch = null!;

    [Params("16-64-64-1, 128", "64-256-256-1, 512")]
    public string Case { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var parts = Case.Split(", ");
        var shape = new NetworkShape([.. parts[0].Split('-').Select(int.Parse)], Activation.ReLU);
        var rows = int.Parse(parts[1]);
        _threads = new TorchThreads(1);
        _generator = new Generator(1UL);
        _gradients = new GradientEvaluator(new Network(shape, new SquaredObjective()), CPU);
        _start = shape.Initialize(_generator);
        _at = new ParameterViews(shape, _start);
        _batch = [new Minibatch(randn(rows, shape.LayerSizes[0]), randn(rows, 1), null, rows)];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _at.Dispose();
        _start.Dispose();
        _gradients.Dispose();
        _generator.Dispose();
        _batch[0].Features.Dispose();
        _batch[0].Targets.Dispose();
        _threads?.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void OnePoint()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _gradients.Evaluate(EvaluationPoint.LookAhead, _at, _batch);
    }

    [Benchmark]
    public void ThreePoints()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        _gradients.Perturb(_at, 1e-3, key: 1);
        foreach (var point in Enum.GetValues<EvaluationPoint>())
            _gradients.Evaluate(point, _at, _batch);
    }
}
