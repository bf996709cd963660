using Alice.ML.Models.Networks;

namespace Alice.ML.Models;

/// <summary>One fully connected layer of a trained network: outputs = inputs × weights + biases. Read-only.</summary>
/// <remarks>The inputs of the first layer are the prepared features (<see cref="AliceFeature"/>), followed by one
/// indicator for each feature that was missing in some training rows. The outputs of the last layer depend on the task.
/// They are the score in the label's units (regression), the logarithm of the score (Poisson regression), the log-odds
/// (binary classification), or one value per class, from which the softmax gives the probabilities (multiclass
/// classification).
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

    /// <summary>Number of inputs.</summary>
    public int InputCount { get; }

    /// <summary>Number of outputs: the units of the layer.</summary>
    public int OutputCount { get; }

    /// <summary>The weights as a row-major matrix of shape [<see cref="InputCount"/>, <see cref="OutputCount"/>]. The
    /// weight from input i to output o is at index <c>i * OutputCount + o</c>.</summary>
    public ReadOnlyMemory<float> Weights { get; }

    /// <summary>The biases, one per output.</summary>
    public ReadOnlyMemory<float> Biases { get; }
}
