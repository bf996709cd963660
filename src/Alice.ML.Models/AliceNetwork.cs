namespace Alice.ML.Models;

/// <summary>One network of a model. Read-only.</summary>
public sealed class AliceNetwork
{
    internal AliceNetwork(EnsembleMember member)
    {
        Layers = Array.AsReadOnly(AliceLayer.ListOf(member.Network));
        Activation = member.Network.Activation;
        BinEdges = member.Encoder is { } encoder
            ? Array.AsReadOnly(encoder.Edges.Select(edges => (ReadOnlyMemory<float>)edges).ToArray())
            : [];
    }

    /// <summary>The layers, from the prepared features to the outputs. Behind an encoder the first takes the encoded
    /// features: see <see cref="BinEdges"/>.
    /// </summary>
    public IReadOnlyList<AliceLayer> Layers { get; }

    /// <summary>The function between the layers; none follows the last.</summary>
    public Activation Activation { get; }

    /// <summary>For each prepared feature the ascending edges e₀ … e_T of its T bins, of the prepared features; none
    /// where one passes as it is. The list is empty for a network without an encoder.
    /// </summary>
    /// <remarks>
    /// Feature after feature, the first layer takes the number x itself, then for t = 1 … T
    /// clamp((x − e_{t−1}) / (e_t − e_{t−1}), 0, 1), the first without the lower clamp and the last without the upper
    /// one (piecewise-linear encoding, Gorishniy et al. 2022).
    /// </remarks>
    public IReadOnlyList<ReadOnlyMemory<float>> BinEdges { get; }
}
