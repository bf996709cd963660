using Alice.ML.Models.Networks;

namespace Alice.ML.Models;

/// <summary>One network of a model's ensemble. Read-only.</summary>
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

    /// <summary>The layers, in order from the prepared features to the outputs. If the network encodes its inputs, the
    /// first layer takes the encoded features: see <see cref="BinEdges"/>.</summary>
    public IReadOnlyList<AliceLayer> Layers { get; }

    /// <summary>Activation function of the hidden layers. There is none after the last layer.</summary>
    public Activation Activation { get; }

    /// <summary>Edges of the bins of the piecewise-linear encoding: for each prepared feature the ascending edges e₀ …
    /// e_T of its T bins, in units of the prepared feature. A feature that is not encoded has no edges. The list is
    /// empty for a network without an encoding.</summary>
    /// <remarks>For each feature in turn, the first layer takes the value x itself, followed by clamp((x − e_{t−1}) /
    /// (e_t − e_{t−1}), 0, 1) for t = 1 … T. The first bin has no lower clamp and the last bin no upper clamp
    /// (Gorishniy et al. 2022, On Embeddings for Numerical Features in Tabular Deep Learning).
    /// </remarks>
    public IReadOnlyList<ReadOnlyMemory<float>> BinEdges { get; }
}
