namespace Alice.ML.Training.Plan;

/// <summary>What held-out rows say of the outputs: output k of the model is <paramref name="Factor"/> · output +
/// <paramref name="Shifts"/>[k].</summary>
/// <param name="Factor"> One over the temperature (Guo et al. 2017, On Calibration of Modern Neural Networks): above 1
/// the probabilities of classes were too timid.
/// </param>
/// <param name="Shifts">One for each output; null: none.</param>
internal sealed record OutputCalibration(double Factor = 1, float[]? Shifts = null)
{
    /// <summary>The outputs as they are.</summary>
    public static OutputCalibration None { get; } = new();

    /// <summary>Changes the last layer of a network, so that its outputs are calibrated.</summary>
    /// <param name="shape">Shape of the network.</param>
    /// <param name="weights">Its weights, in the order of <see cref="Models.DenseNetwork.Weights"/>.</param>
    public void Apply(NetworkShape shape, Span<float> weights)
    {
        var outputs = shape.LayerSizes[^1];
        foreach (ref var weight in weights[^((shape.LayerSizes[^2] + 1) * outputs)..])
            weight = (float)(weight * Factor);
        var biases = weights[^outputs..];
        for (var output = 0; output < Shifts?.Length; output++)
            biases[output] += Shifts[output];
    }
}
