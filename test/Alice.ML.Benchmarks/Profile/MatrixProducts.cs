using Alice.ML.Training;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Profile;

/// <summary>The bare matrix products of a forward and backward pass: what a gradient evaluation cannot do without.</summary>
internal sealed class MatrixProducts : IDisposable
{
    private const int Points = 3;

    // Per layer [points, rows, units], from the inputs to the outputs.
    private readonly Tensor[] _activations;
    private readonly Tensor[] _weights;
    private readonly int _layers;

    public MatrixProducts(NetworkShape shape, int rows)
    {
        _layers = shape.Layers;
        _activations = [.. shape.LayerSizes.Select(units => randn(Points, rows, units))];
        _weights = [.. Enumerable.Range(0, _layers).Select(l => randn(Points, shape.LayerSizes[l], shape.LayerSizes[l + 1]))];
    }

    /// <summary>The three points as one batched product.</summary>
    public void OfThreePoints() => Run(tensor => tensor);

    public void OfOnePoint() => Run(tensor => tensor.narrow(0, 0, 1));

    private void Run(Func<Tensor, Tensor> part)
    {
        for (var layer = 0; layer < _layers; layer++)
        {
            var (input, weights, error) = (part(_activations[layer]), part(_weights[layer]), part(_activations[layer + 1]));
            input.bmm(weights);
            input.transpose(1, 2).bmm(error);
            if (layer > 0)
                error.bmm(weights.transpose(1, 2));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _activations.Concat(_weights))
            tensor.Dispose();
    }
}
