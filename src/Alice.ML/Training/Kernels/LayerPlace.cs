namespace Alice.ML.Training.Kernels;

/// <summary>Size of a layer and its place in the flat weights of the network.</summary>
/// <param name="Inputs">Inputs.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="WeightsAt">Where the weights [inputs, outputs] begin; the biases follow them.</param>
/// <param name="PaddingBias">The bias of outputs that are padding.</param>
internal readonly record struct LayerPlace(int Inputs, int Outputs, long WeightsAt, float PaddingBias)
{
    /// <summary>Where the biases [outputs] begin.</summary>
    public long BiasesAt => WeightsAt + (long)Inputs * Outputs;

    /// <summary>Where the next layer begins.</summary>
    public long End => BiasesAt + Outputs;
}
