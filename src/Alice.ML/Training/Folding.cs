namespace Alice.ML.Training;

/// <summary>Puts standardisation into the weights, so that a model takes features and gives scores as they are.</summary>
internal static class Folding
{
    /// <summary>
    /// First layer: W[i] ← W[i]·Scale[i], b ← b − Σ Mean[i]·W[i]. Last layer: W ← W/Scale, b ← b/Scale + Mean of the target. Sums in
    /// double precision.
    /// </summary>
    public static void Fold(NetworkShape shape, Standardization inputs, Standardization targets, Span<float> weights)
    {
        FoldInputs(weights, shape.LayerSizes[0], shape.LayerSizes[1], inputs);
        var size = (shape.LayerSizes[^2] + 1) * shape.LayerSizes[^1];
        FoldOutputs(weights[^size..], shape.LayerSizes[^1], targets);
    }

    private static void FoldInputs(Span<float> layer, int inputs, int outputs, Standardization standardization)
    {
        for (var output = 0; output < outputs; output++)
        {
            double bias = layer[inputs * outputs + output];
            for (var input = 0; input < inputs; input++)
            {
                ref var weight = ref layer[input * outputs + output];
                var folded = weight * standardization.Scale[input];
                bias -= folded * standardization.Mean[input];
                weight = (float)folded;
            }
            layer[inputs * outputs + output] = (float)bias;
        }
    }

    private static void FoldOutputs(Span<float> layer, int outputs, Standardization standardization)
    {
        for (var i = 0; i < layer.Length; i++)
            layer[i] = (float)(layer[i] / standardization.Scale[i % outputs]);
        var biases = layer[^outputs..];
        for (var output = 0; output < outputs; output++)
            biases[output] = (float)(biases[output] + standardization.Mean[output]);
    }
}
