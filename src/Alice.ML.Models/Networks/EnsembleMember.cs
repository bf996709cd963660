using Alice.ML.Models.Inputs;

namespace Alice.ML.Models.Networks;

/// <summary>One network of a <see cref="NetworkEnsemble"/>, with its encoder.</summary>
/// <param name="Network">The network. Its inputs are encoded features or, without an encoder, features.</param>
/// <param name="Encoder">The encoder of the features. Null: they are not encoded.</param>
internal sealed record EnsembleMember(DenseNetwork Network, PiecewiseLinearEncoder? Encoder = null)
{
    /// <summary>Number of features.</summary>
    public int InputCount => Encoder?.InputCount ?? Network.InputCount;
}
