using System.Globalization;
using Microsoft.ML.Data;

namespace Alice.ML.Models.Networks;

/// <summary>
/// A feed-forward network with one activation between its layers and an <see cref="Networks.OutputTransform"/> after the
/// last. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// <see cref="LayerSizes"/> is [inputs, hidden…, outputs]. <see cref="Weights"/> holds, layer after layer, a row-major
/// [in + 1, out] matrix: a row of weights per input, then the row of biases. A score is the same bits for dense and
/// sparse features, for any thread, and on any processor that has a fused multiply-add. A NaN among the features gives
/// NaN; finite features give finite outputs, by <see cref="SaturatingForward"/> where a sum overflows. Weights are held
/// twice once it has scored: as given, and packed for the kernels.
/// </remarks>
internal sealed class DenseNetwork
{
    /// <summary>The most layers of weights that a network may have.</summary>
    public const int MaximumLayers = 1000;

    private readonly int[] _layerSizes;
    private readonly float[] _weights;
    private NetworkScorer? _scorer;

    /// <exception cref="ArgumentException">
    /// Fewer than two sizes or more than <see cref="MaximumLayers"/> + 1, a size below 1, the wrong number of weights,
    /// or a weight that is not finite.
    /// </exception>
    public DenseNetwork(
        IReadOnlyList<int> layerSizes,
        Activation activation,
        float[] weights,
        OutputTransform outputTransform = OutputTransform.Identity,
        bool ownsWeights = false)
    {
        _layerSizes = [.. layerSizes];
        var count = WeightCount(_layerSizes);
        if (!Enum.IsDefined(activation))
            throw new ArgumentException($"Activation {activation} does not exist.", nameof(activation));
        if (!Enum.IsDefined(outputTransform))
            throw new ArgumentException($"Output transform {outputTransform} does not exist.", nameof(outputTransform));
        if (weights.Length != count)
            throw new ArgumentException(
                $"Layers {Describe(_layerSizes)} have {count} weights, not {weights.Length}.", nameof(weights));
        var bad = Array.FindIndex(weights, w => !float.IsFinite(w));
        if (bad >= 0)
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Weight {bad} is {weights[bad]}; weights must be finite."),
                nameof(weights));

        Activation = activation;
        OutputTransform = outputTransform;
        _weights = ownsWeights ? weights : [.. weights];
    }

    public IReadOnlyList<int> LayerSizes => _layerSizes;

    /// <summary>Units of each hidden layer.</summary>
    public IReadOnlyList<int> HiddenLayers => _layerSizes[1..^1];

    public Activation Activation { get; }

    public OutputTransform OutputTransform { get; }

    public ReadOnlyMemory<float> Weights => _weights;

    public int InputCount => _layerSizes[0];

    public int OutputCount => _layerSizes[^1];

    // Packed when it is first asked for: a network behind an encoder is scored by another. Threads that ask at once may
    // each pack one, all the same.
    internal NetworkScorer Scorer => _scorer ??= new NetworkScorer(this, encoder: null);

    /// <summary>How many weights and biases a network of these layer sizes has.</summary>
    /// <exception cref="ArgumentException">As the constructor; also when the count does not fit an int.</exception>
    public static int WeightCount(IReadOnlyList<int> layerSizes)
    {
        if (layerSizes.Count < 2 || layerSizes.Count > MaximumLayers + 1)
            throw new ArgumentException(
                $"A network needs 2 to {MaximumLayers + 1} layer sizes, not {layerSizes.Count}.", nameof(layerSizes));
        if (layerSizes.FirstOrDefault(s => s < 1, 1) is var small && small < 1)
            throw new ArgumentException($"Layer size {small} is not positive.", nameof(layerSizes));
        var count = 0L;
        for (var l = 1; l < layerSizes.Count; l++)
            if ((count += (layerSizes[l - 1] + 1L) * layerSizes[l]) > Array.MaxLength)
                throw new ArgumentException(
                    $"Layers {Describe(layerSizes)} have more than {Array.MaxLength} weights.", nameof(layerSizes));
        return (int)count;
    }

    /// <summary>For example "6-64-64-1".</summary>
    public static string Describe(IReadOnlyList<int> layerSizes) => string.Join('-', layerSizes);

    /// <summary>The outputs for one row of <see cref="InputCount"/> features.</summary>
    /// <exception cref="ArgumentException">
    /// Another number of features, or fewer than <see cref="OutputCount"/> places for the outputs.
    /// </exception>
    public void Forward(ReadOnlySpan<float> features, Span<float> outputs)
    {
        CheckFeatureCount(features.Length);
        Scorer.Run(features, [], outputs);
    }

    /// <inheritdoc cref="Forward(ReadOnlySpan{float}, Span{float})"/>
    public void Forward(in VBuffer<float> features, Span<float> outputs)
    {
        CheckFeatureCount(features.Length);
        Scorer.Run(features.GetValues(), features.GetIndices(), outputs);
    }

    private void CheckFeatureCount(int count)
    {
        if (count != InputCount)
            throw new ArgumentException(
                $"The features have {count} values, but the model was trained with {InputCount}.");
    }
}
