using System.Numerics.Tensors;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Layers;

namespace Alice.ML.Models.Networks;

/// <summary>
/// The network once more, slowly, for a row whose sums left the range of a float: added in double precision, where they
/// cannot overflow, and each held within ±<see cref="float.MaxValue"/>. So finite features never score infinity or NaN.
/// </summary>
internal static class SaturatingForward
{
    /// <summary>
    /// Replaces the sums of the last layer. With a feature that is not finite it leaves them as they are.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="encoder">What encodes its inputs; null for none.</param>
    /// <param name="values">As in a VBuffer: all features, or those at the indices.</param>
    /// <param name="indices">Where the values belong; empty when all are given.</param>
    /// <param name="outputs">The sums, one for each output.</param>
    public static void Run(
        DenseNetwork network,
        PiecewiseLinearEncoder? encoder,
        ReadOnlySpan<float> values,
        ReadOnlySpan<int> indices,
        Span<float> outputs)
    {
        if (!TensorPrimitives.IsFiniteAll(values))
            return;
        var features = new float[encoder?.InputCount ?? network.InputCount];
        if (values.Length == features.Length)
            values.CopyTo(features);
        else
            for (var k = 0; k < indices.Length; k++)
                features[indices[k]] = values[k];
        var current = new double[network.InputCount];
        if (encoder is null)
            TensorPrimitives.ConvertTruncating<float, double>(features, current);
        else
            encoder.Encode<double>(features, current);

        var weights = network.Weights.Span;
        float[] sums = [];
        for (var l = 1; l < network.LayerSizes.Count; l++)
        {
            if (l > 1)
            {
                ActivationFunctions.Apply(network.Activation, sums);
                current = new double[sums.Length];
                TensorPrimitives.ConvertTruncating<float, double>(sums, current);
            }
            var (inputs, units) = (network.LayerSizes[l - 1], network.LayerSizes[l]);
            sums = Multiply(current.AsSpan(0, inputs), weights[..((inputs + 1) * units)], units);
            weights = weights[((inputs + 1) * units)..];
        }
        sums.AsSpan(0, outputs.Length).CopyTo(outputs);
    }

    /// <summary>One layer's sums, padded with zeros to a multiple of <see cref="DenseLayer.Lanes"/>.</summary>
    private static float[] Multiply(ReadOnlySpan<double> inputs, ReadOnlySpan<float> weights, int units)
    {
        var sums = new double[units];
        for (var i = 0; i <= inputs.Length; i++)
        {
            // The last row of weights is the bias.
            var x = i < inputs.Length ? inputs[i] : 1;
            for (var o = 0; o < units; o++)
                sums[o] += x * weights[i * units + o];
        }
        var saturated = new float[DenseLayer.RoundUp(units, DenseLayer.Lanes)];
        for (var o = 0; o < units; o++)
            saturated[o] = (float)Math.Clamp(sums[o], -float.MaxValue, float.MaxValue);
        return saturated;
    }
}
