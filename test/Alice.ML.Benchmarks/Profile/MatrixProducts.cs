using Alice.ML.Training;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Profile;

/// <summary>The bare matrix products of a forward and backward pass: what a gradient evaluation cannot do without.</summary>
internal sealed class MatrixProducts : IDisposable
{
    private const int Points = 3;

    // From the inputs to the outputs: [rows, units], and a second one to write into.
    private readonly Tensor[] _activations;
    private readonly Tensor[] _results;
    private readonly Tensor[] _weights;
    private readonly Tensor[] _gradients;

    public MatrixProducts(NetworkShape shape, int rows)
    {
        _activations = [.. shape.LayerSizes.Select(units => randn(rows, units))];
        _results = [.. _activations.Select(tensor => empty_like(tensor))];
        _weights = [.. Enumerable.Range(0, shape.Layers).Select(l => randn(shape.LayerSizes[l], shape.LayerSizes[l + 1]))];
        _gradients = [.. _weights.Select(tensor => empty_like(tensor))];
    }

    public void OfThreePoints()
    {
        for (var point = 0; point < Points; point++)
            OfOnePoint();
    }

    public void OfOnePoint()
    {
        for (var layer = 0; layer < _weights.Length; layer++)
        {
            var (input, weights, error) = (_activations[layer], _weights[layer], _activations[layer + 1]);
            _results[layer + 1].addmm_(input, weights, 0, 1);
            _gradients[layer].addmm_(input.t(), error, 0, 1);
            if (layer > 0)
                _results[layer].addmm_(error, weights.t(), 0, 1);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _activations.Concat(_results).Concat(_weights).Concat(_gradients))
            tensor.Dispose();
    }
}
