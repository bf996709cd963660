using Alice.ML.Models.Inputs;

namespace Alice.ML.Models.Networks;

/// <summary>One network of a <see cref="NetworkEnsemble"/>, and what encodes its inputs.</summary>
/// <param name="Network">The network; its inputs are the encoder's features, or those of the data without one.</param>
/// <param name="Encoder">Makes the network's inputs of the features; null where they are the features.</param>
internal sealed record EnsembleMember(DenseNetwork Network, PiecewiseLinearEncoder? Encoder = null)
{
    /// <summary>How many features come in.</summary>
    public int InputCount => Encoder?.InputCount ?? Network.InputCount;
}
