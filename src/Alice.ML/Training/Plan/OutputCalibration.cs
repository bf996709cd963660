using Alice.ML.Training.Networks;
using static TorchSharp.torch;

namespace Alice.ML.Training.Plan;

/// <summary>Calibration of the outputs on held-out rows: output k of the model is <paramref name="Factors"/>[k] ·
/// output + <paramref name="Shifts"/>[k].</summary>
/// <param name="Factors">One factor for each output, or one for all; null: 1. A factor is one over the temperature (Guo
/// et al. 2017, On Calibration of Modern Neural Networks). Above 1, the probabilities were underconfident.</param>
/// <param name="Shifts">One shift for each output; null: none.</param>
internal sealed record OutputCalibration(float[]? Factors = null, float[]? Shifts = null)
{
    /// <summary>No change to the outputs.</summary>
    public static OutputCalibration None { get; } = new();

    /// <summary>Multiplies outputs [rows, outputs] by their factors, in place.</summary>
    public Tensor Scale(Tensor outputs) => Factors is null ? outputs : outputs.mul_(tensor(Factors).to(outputs.device));

    /// <summary>Changes the last layer of a network so that its outputs are calibrated.</summary>
    /// <param name="shape">Shape of the network.</param>
    /// <param name="weights">Its weights, in the order of <see cref="Models.Networks.DenseNetwork.Weights"/>.</param>
    public void Apply(NetworkShape shape, Span<float> weights)
    {
        var outputs = shape.LayerSizes[^1];
        var last = weights[^((shape.LayerSizes[^2] + 1) * outputs)..];
        for (var i = 0; Factors is not null && i < last.Length; i++)
            last[i] *= Factors[Factors.Length == 1 ? 0 : i % outputs];
        var biases = weights[^outputs..];
        for (var output = 0; output < Shifts?.Length; output++)
            biases[output] += Shifts[output];
    }
}
