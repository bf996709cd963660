using System.Runtime.InteropServices;
using Alice.ML.Files;

namespace Alice.ML.Models.Networks;

/// <summary>
/// The binary layout of a <see cref="NetworkEnsemble"/>: little-endian 32-bit words.
/// </summary>
/// <remarks>The layout version; since version 3 the number of members; then each member; since version 4 the
/// preparation and the range; since version 5 the background; the checksum of all before it
/// (<see cref="ChecksumStream"/>). The preparation: the number of features, 0 without one, and for each its center,
/// scale, lower and upper bound as floats, and 1 with an indicator of missing values, else 0. The range: 1 and its
/// lower and upper bound as floats, or 0 without one; since version 5 the number of ranges, 0, 1 for all outputs or one
/// for each, and their bounds. The background: the number of rows, and for each the number of its stored values, the
/// index of each unless all are stored, and the values as floats. A member: the activation; since version 2 the output
/// transform; the number of layer sizes; the layer sizes; since version 3 the number of columns that an encoder takes,
/// 0 without one, and for each column the number of its edges and these as floats; the weights as floats in the order
/// of <see cref="DenseNetwork.Weights"/>. A new field comes with a new version, and is read only when the version says
/// that it is there.
/// </remarks>
internal static class NetworkEnsembleFormat
{
    public const uint CurrentVersion = 5;

    /// <summary>Floats whose bytes fit a span.</summary>
    public const int FloatsAtOnce = 1 << 26;

    public static void Save(NetworkEnsemble ensemble, BinaryWriter writer) =>
        ChecksumStream.Write(writer.BaseStream, content => Write(ensemble, content));

    private static void Write(NetworkEnsemble ensemble, BinaryWriter writer)
    {
        writer.Write(CurrentVersion);
        writer.Write((uint)ensemble.Members.Count);
        foreach (var (network, encoder) in ensemble.Members)
        {
            writer.Write((uint)network.Activation);
            writer.Write((uint)network.OutputTransform);
            writer.Write((uint)network.LayerSizes.Count);
            foreach (var size in network.LayerSizes)
                writer.Write((uint)size);
            writer.Write((uint)(encoder?.InputCount ?? 0));
            foreach (var edges in encoder?.Edges ?? [])
            {
                writer.Write((uint)edges.Length);
                WriteFloats(edges);
            }
            WriteFloats(network.Weights.Span);
        }
        writer.Write((uint)(ensemble.Preparation?.InputCount ?? 0));
        foreach (var feature in ensemble.Preparation?.Features ?? [])
        {
            WriteFloats([feature.Center, feature.Scale, feature.Lower, feature.Upper]);
            writer.Write(feature.HasMissingIndicator ? 1u : 0);
        }
        var ranges = ensemble.Range?.Count ?? 0;
        writer.Write((uint)ranges);
        for (var r = 0; r < ranges; r++)
            WriteFloats([ensemble.Range![r].Lower, ensemble.Range[r].Upper]);
        writer.Write((uint)ensemble.Background.Count);
        foreach (var row in ensemble.Background)
        {
            writer.Write((uint)row.GetValues().Length);
            foreach (var index in row.GetIndices())
                writer.Write((uint)index);
            WriteFloats(row.GetValues());
        }

        void WriteFloats(ReadOnlySpan<float> values)
        {
            if (BitConverter.IsLittleEndian)
            {
                for (; values.Length > FloatsAtOnce; values = values[FloatsAtOnce..])
                    writer.Write(MemoryMarshal.AsBytes(values[..FloatsAtOnce]));
                writer.Write(MemoryMarshal.AsBytes(values));
                return;
            }
            foreach (var value in values)
                writer.Write(value);
        }
    }

    /// <summary>Reads an ensemble, allocating nothing that <paramref name="bytesLeft"/> bytes could not fill.</summary>
    /// <exception cref="FormatException">The bytes are no ensemble; the message says why.</exception>
    public static NetworkEnsemble Load(BinaryReader reader, long bytesLeft)
    {
        using var ensemble = new NetworkEnsembleReader(reader, bytesLeft);
        return ensemble.Read();
    }
}
