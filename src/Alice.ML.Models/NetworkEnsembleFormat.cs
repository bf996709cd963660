using System.Numerics;

namespace Alice.ML.Models;

/// <summary>
/// The binary layout of a <see cref="NetworkEnsemble"/>: little-endian 32-bit words.
/// </summary>
/// <remarks>The layout version; since version 3 the number of members; then each member; since version 4 the
/// preparation and the range; since version 5 the background; the CRC-32C (RFC 3720) of all words before it. The
/// preparation: the number of features, 0 without one, and for each its center, scale, lower and upper bound as floats,
/// and 1 with an indicator of missing values, else 0. The range: 1 and its lower and upper bound as floats, or 0
/// without one; since version 5 the number of ranges, 0, 1 for all outputs or one for each, and their bounds. The
/// background: the number of rows, and for each the number of its stored values, the index of each
/// unless all are stored, and the values as floats. A member: the activation; since version 2 the output transform; the
/// number of layer sizes; the layer sizes; since version 3 the number of columns that an encoder takes, 0 without one,
/// and for each column the number of its edges and these as floats; the weights as floats in the order of
/// <see cref="DenseNetwork.Weights"/>. A new field comes with a new version, and is read only when the version says
/// that it is there.
/// </remarks>
internal static class NetworkEnsembleFormat
{
    public const uint CurrentVersion = 5;

    public static void Save(NetworkEnsemble ensemble, BinaryWriter writer)
    {
        var checksum = uint.MaxValue;
        Write(CurrentVersion);
        Write((uint)ensemble.Members.Count);
        foreach (var (network, encoder) in ensemble.Members)
        {
            Write((uint)network.Activation);
            Write((uint)network.OutputTransform);
            Write((uint)network.LayerSizes.Count);
            foreach (var size in network.LayerSizes)
                Write((uint)size);
            Write((uint)(encoder?.InputCount ?? 0));
            foreach (var edges in encoder?.Edges ?? [])
            {
                Write((uint)edges.Length);
                WriteFloats(edges);
            }
            WriteFloats(network.Weights.Span);
        }
        Write((uint)(ensemble.Preparation?.InputCount ?? 0));
        foreach (var feature in ensemble.Preparation?.Features ?? [])
        {
            WriteFloats([feature.Center, feature.Scale, feature.Lower, feature.Upper]);
            Write(feature.HasMissingIndicator ? 1u : 0);
        }
        var ranges = ensemble.Range?.Count ?? 0;
        Write((uint)ranges);
        for (var r = 0; r < ranges; r++)
            WriteFloats([ensemble.Range![r].Lower, ensemble.Range[r].Upper]);
        Write((uint)ensemble.Background.Count);
        foreach (var row in ensemble.Background)
        {
            Write((uint)row.GetValues().Length);
            foreach (var index in row.GetIndices())
                Write((uint)index);
            WriteFloats(row.GetValues());
        }
        writer.Write(~checksum);

        void WriteFloats(ReadOnlySpan<float> values)
        {
            foreach (var value in values)
                Write(BitConverter.SingleToUInt32Bits(value));
        }

        void Write(uint word)
        {
            writer.Write(word);
            checksum = BitOperations.Crc32C(checksum, word);
        }
    }

    /// <summary>Reads an ensemble, allocating nothing that <paramref name="bytesLeft"/> bytes could not fill.</summary>
    /// <exception cref="FormatException">The bytes are no ensemble; the message says why.</exception>
    public static NetworkEnsemble Load(BinaryReader reader, long bytesLeft) =>
        new NetworkEnsembleReader(reader, bytesLeft).Read();
}
