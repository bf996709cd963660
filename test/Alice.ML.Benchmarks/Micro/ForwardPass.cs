using Alice.ML.Models;
using Alice.ML.Models.Networks;
using BenchmarkDotNet.Attributes;

namespace Alice.ML.Benchmarks.Micro;

/// <summary>The plain .NET forward pass of one row.</summary>
[Config(typeof(MicroConfig))]
public class ForwardPass
{
    private readonly float[] _score = new float[1];
    private DenseNetwork _network = null!;
    private float[] _features = [];

    [Params("6-64-64-1", "16-64-64-1", "64-256-256-1")]
    public string Layers { get; set; } = "";

    [Params(Activation.ReLU, Activation.GELU)]
    public Activation Function { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        int[] sizes = [.. Layers.Split('-').Select(int.Parse)];
        var random = new Random(1);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        _network = new DenseNetwork(sizes, Function, Values(DenseNetwork.WeightCount(sizes)));
        _features = Values(sizes[0]);
    }

    [Benchmark]
    public void Forward() => _network.Forward(_features, _score);
}
