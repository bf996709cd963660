using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Landscape;

/// <summary>An 8-64-64-1 network in float64 with 256 rows of a smooth function to learn.</summary>
internal sealed class SmallNetwork : IDisposable
{
    private const ScalarType Double = ScalarType.Float64;
    private readonly Tensor _inputs;
    private readonly Tensor _labels;

    public SmallNetwork(Activation activation, ulong seed = 3)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var random = new Generator(seed);
        _inputs = randn(256, 8, dtype: Double, generator: random).DetachFromDisposeScope();
        _labels = _inputs.sin().sum(1, keepdim: true).Plus(_inputs.narrow(1, 0, 1) * _inputs.narrow(1, 1, 1))
            .DetachFromDisposeScope();
        Module = nn.Sequential(
            nn.Linear(8, 64, dtype: Double), Layer(activation), nn.Linear(64, 64, dtype: Double), Layer(activation),
            nn.Linear(64, 1, dtype: Double));
        foreach (var parameter in Module.parameters())
        {
            var bound = 1 / Math.Sqrt(parameter.dim() > 1 ? parameter.shape[1] : 64);
            parameter.copy_(rand(parameter.shape, dtype: Double, generator: random).Scale(2).Shift(-1).Scale(bound));
        }
    }

    public Sequential Module { get; }

    public Tensor Loss()
    {
        using var scope = NewDisposeScope();
        Module.zero_grad();
        var loss = nn.functional.mse_loss(Module.forward(_inputs), _labels);
        loss.backward();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>Trains with Alice's settings for tables.</summary>
    public SmallNetwork Train(int steps)
    {
        using var optimizer = new AliceOptimizer(Module.parameters(), AliceOptimizerOptions.Tabular);
        for (var i = 0; i < steps; i++)
            optimizer.step(Loss).Dispose();
        return this;
    }

    public void Dispose()
    {
        Module.Dispose();
        _inputs.Dispose();
        _labels.Dispose();
    }

    private static nn.Module<Tensor, Tensor> Layer(Activation activation) => activation switch
    {
        Activation.Tanh => nn.Tanh(),
        Activation.GELU => nn.GELU(),
        _ => nn.ReLU(),
    };
}
