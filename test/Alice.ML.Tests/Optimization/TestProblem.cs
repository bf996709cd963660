using Alice.ML.Optimization.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Optimization;

/// <summary>A small network with dropout on a fixed minibatch.</summary>
internal sealed class TestProblem : IDisposable
{
    private readonly Tensor _inputs;
    private readonly Tensor _labels;

    public TestProblem(double dropout = 0, ScalarType dtype = ScalarType.Float32, ulong seed = 1)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(seed);
        _inputs = randn(16, 3, dtype: dtype, generator: random).DetachFromDisposeScope();
        _labels = _inputs.sin().sum(1, keepdim: true).DetachFromDisposeScope();
        Network = nn.Sequential(
            nn.Linear(3, 8, dtype: dtype), nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, 1, dtype: dtype));
        using var noGradient = no_grad();
        foreach (var parameter in Network.parameters())
            parameter.copy_(randn(parameter.shape, dtype: dtype, generator: random).Scale(0.5));
    }

    public Sequential Network { get; }

    public IEnumerable<Parameter> Parameters => Network.parameters();

    /// <summary>Outputs of each evaluation so far, if they are kept.</summary>
    public List<double[]>? Outputs { get; set; }

    /// <summary>Replaces the labels in evaluations to come.</summary>
    public double? Label { get; set; }

    public int Evaluations { get; private set; }

    public Tensor Evaluate()
    {
        Evaluations++;
        using var scope = NewDisposeScope();
        Network.zero_grad();
        var output = Network.forward(_inputs);
        Outputs?.Add(TraceObjective.Values(output));
        var error = output - (Label is { } label ? tensor(label, output.dtype).expand_as(output) : _labels);
        var loss = (error * error).mean();
        loss.backward();
        return loss.MoveToOuterDisposeScope();
    }

    public double[] Values() => Parameters.SelectMany(p => TraceObjective.Values(p)).ToArray();

    public void Dispose()
    {
        Network.Dispose();
        _inputs.Dispose();
        _labels.Dispose();
    }
}
