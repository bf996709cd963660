namespace Alice.ML.Models;

/// <summary>One layer of a trained network: outputs = inputs × weights + biases. Read-only.</summary>
/// <remarks>The first layer takes the prepared features (<see cref="AliceFeature"/>), then one indicator for each
/// feature that was missing in some rows of training. The last gives the score in the label's units, its logarithm
/// (Poisson regression), the log-odds (binary classification) or one value a class whose softmax is the probabilities.
/// </remarks>
public sealed class AliceLayer
{
    internal AliceLayer(int inputCount, int outputCount, ReadOnlyMemory<float> weightsThenBiases)
    {
        InputCount = inputCount;
        OutputCount = outputCount;
        Weights = weightsThenBiases[..(inputCount * outputCount)];
        Biases = weightsThenBiases.Slice(inputCount * outputCount, outputCount);
    }

    /// <summary>The layers of a network, from the features to the outputs.</summary>
    internal static AliceLayer[] ListOf(DenseNetwork network)
    {
        var layers = new AliceLayer[network.LayerSizes.Count - 1];
        var start = 0;
        for (var l = 0; l < layers.Length; l++)
        {
            var (inputs, outputs) = (network.LayerSizes[l], network.LayerSizes[l + 1]);
            layers[l] = new AliceLayer(inputs, outputs, network.Weights[start..]);
            start += (inputs + 1) * outputs;
        }
        return layers;
    }

    /// <summary>How many values come in.</summary>
    public int InputCount { get; }

    /// <summary>How many values go out: the layer's units.</summary>
    public int OutputCount { get; }

    /// <summary>
    /// A row-major [<see cref="InputCount"/>, <see cref="OutputCount"/>] matrix: the weight from input i to output o is
    /// at <c>i * OutputCount + o</c>.
    /// </summary>
    public ReadOnlyMemory<float> Weights { get; }

    /// <summary>One value per output.</summary>
    public ReadOnlyMemory<float> Biases { get; }
}
