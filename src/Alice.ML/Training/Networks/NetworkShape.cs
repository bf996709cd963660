using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Training.Networks;

/// <summary>Sizes of a feed-forward network: inputs, hidden layers, outputs.</summary>
internal sealed record NetworkShape(IReadOnlyList<int> LayerSizes, Activation Activation, double Dropout = 0)
{
    public int Layers => LayerSizes.Count - 1;

    public int Parameters => DenseNetwork.WeightCount(LayerSizes);

    /// <summary>Starting weights, in the order of <see cref="DenseNetwork.Weights"/>: uniform within ±1/√(inputs of the
    /// layer), biases too, which is what torch.nn.Linear starts from.
    /// </summary>
    public Tensor Initialize(Generator generator)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var layer = 0; layer < Layers; layer++)
        {
            var bound = 1 / Math.Sqrt(LayerSizes[layer]);
            var count = (LayerSizes[layer] + 1L) * LayerSizes[layer + 1];
            parts.Add(rand(count, generator: generator).Scale(2 * bound).Shift(-bound));
        }
        return cat(parts, 0).MoveToOuterDisposeScope();
    }
}

/// <summary>A flat buffer [parameters], seen as the weight matrices and biases of every layer.</summary>
internal sealed class ParameterViews : IDisposable
{
    public ParameterViews(NetworkShape shape, Tensor flat)
    {
        Flat = flat;
        long offset = 0;
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            long inputs = shape.LayerSizes[layer], outputs = shape.LayerSizes[layer + 1];
            using var weights = flat.narrow(0, offset, inputs * outputs);
            using var biases = flat.narrow(0, offset + inputs * outputs, outputs);
            var matrix = weights.view(inputs, outputs).DetachFromDisposeScope();
            Weights.Add(matrix);
            Transposed.Add(matrix.t().DetachFromDisposeScope());
            Biases.Add(biases.view(1, outputs).DetachFromDisposeScope());
            offset += (inputs + 1) * outputs;
        }
    }

    /// <summary>The buffer; not owned.</summary>
    public Tensor Flat { get; }

    /// <summary>Per layer [inputs, outputs].</summary>
    public List<Tensor> Weights { get; } = [];

    /// <summary>Per layer [outputs, inputs].</summary>
    public List<Tensor> Transposed { get; } = [];

    /// <summary>Per layer [1, outputs].</summary>
    public List<Tensor> Biases { get; } = [];

    public void Dispose()
    {
        foreach (var view in Weights.Concat(Transposed).Concat(Biases))
            view.Dispose();
    }
}
