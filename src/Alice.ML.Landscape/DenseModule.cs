using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Alice.ML.Landscape;

/// <summary>
/// A network of a model as a TorchSharp module in float64. Its parameters are, layer after layer, in the order of
/// <see cref="DenseNetwork.Weights"/>.
/// </summary>
internal sealed class DenseModule : nn.Module<Tensor, Tensor>
{
    private readonly Layer[] _layers;
    private readonly Activation _activation;

    public DenseModule(IReadOnlyList<int> layerSizes, Activation activation, ReadOnlySpan<float> weights)
        : base(nameof(DenseModule))
    {
        _activation = activation;
        _layers = new Layer[layerSizes.Count - 1];
        for (var l = 0; l < _layers.Length; l++)
        {
            var count = layerSizes[l] * layerSizes[l + 1];
            _layers[l] = new Layer(layerSizes[l], layerSizes[l + 1], weights[..count],
                weights.Slice(count, layerSizes[l + 1]));
            weights = weights[(count + layerSizes[l + 1])..];
            register_module(l == _layers.Length - 1 ? "output" : $"hidden {l + 1}", _layers[l]);
        }
    }

    /// <summary>Outputs [rows, outputs] of features [rows, inputs], before the model's output transform.</summary>
    public override Tensor forward(Tensor input)
    {
        foreach (var layer in _layers[..^1])
            input = Activate(layer.forward(input));
        return _layers[^1].forward(input);
    }

    private Tensor Activate(Tensor sums) => _activation switch
    {
        Activation.ReLU => sums.relu(),
        Activation.Tanh => sums.tanh(),
        Activation.SiLU => nn.functional.silu(sums),
        Activation.GELU => nn.functional.gelu(sums),
        _ => throw new ArgumentOutOfRangeException(nameof(sums), _activation, null),
    };

    private sealed class Layer : nn.Module<Tensor, Tensor>
    {
        private readonly Parameter _weights;
        private readonly Parameter _biases;

        public Layer(int inputs, int outputs, ReadOnlySpan<float> weights, ReadOnlySpan<float> biases)
            : base(nameof(Layer))
        {
            _weights = new Parameter(tensor(weights.ToArray(), inputs, outputs, dtype: ScalarType.Float64));
            _biases = new Parameter(tensor(biases.ToArray(), dtype: ScalarType.Float64));
            register_parameter("weights", _weights);
            register_parameter("biases", _biases);
        }

        public override Tensor forward(Tensor input) => input.matmul(_weights).Plus(_biases);
    }
}
