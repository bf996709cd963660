using System.Numerics;

namespace Alice.ML.Models;

/// <summary>
/// The binary layout of a <see cref="DenseNetwork"/>: little-endian 32-bit words.
/// </summary>
/// <remarks>
/// The layout version; the activation; since version 2 the output transform; the number of layer sizes; the layer sizes;
/// the weights as floats in the order of <see cref="DenseNetwork.Weights"/>; the CRC-32C (RFC 3720) of all words before
/// it. A new field comes with a new version, and is read only when the version says that it is there.
/// </remarks>
internal static class DenseNetworkFormat
{
    public const uint CurrentVersion = 2;
    private const int WordSize = sizeof(uint);
    private const int HeaderWords = 4;
    private const uint VersionWithOutputTransform = 2;

    public static void Save(DenseNetwork network, BinaryWriter writer)
    {
        var checksum = uint.MaxValue;
        Write(CurrentVersion);
        Write((uint)network.Activation);
        Write((uint)network.OutputTransform);
        Write((uint)network.LayerSizes.Count);
        foreach (var size in network.LayerSizes)
            Write((uint)size);
        foreach (var weight in network.Weights.Span)
            Write(BitConverter.SingleToUInt32Bits(weight));
        writer.Write(~checksum);

        void Write(uint word)
        {
            writer.Write(word);
            checksum = BitOperations.Crc32C(checksum, word);
        }
    }

    /// <summary>Reads a network, allocating nothing that <paramref name="bytesLeft"/> bytes could not fill.</summary>
    /// <exception cref="FormatException">The bytes are no network; the message says why.</exception>
    public static DenseNetwork Load(BinaryReader reader, long bytesLeft)
    {
        var checksum = uint.MaxValue;
        Require(HeaderWords + 1L, "its header needs");
        var version = Read();
        if (version is 0 or > CurrentVersion)
            throw Corrupt($"it has layout version {version}, and this Alice.ML reads versions up to {CurrentVersion}. "
                + "Update Alice.ML, or train again");
        var activation = (Activation)Read();
        if (!Enum.IsDefined(activation))
            throw Corrupt($"it names activation {(uint)activation}, which does not exist");
        var outputTransform = version < VersionWithOutputTransform ? OutputTransform.Identity : (OutputTransform)Read();
        if (!Enum.IsDefined(outputTransform))
            throw Corrupt($"it names output transform {(uint)outputTransform}, which does not exist");
        var count = Read();
        if (count is < 2 or > DenseNetwork.MaximumLayers + 1)
            throw Corrupt($"it claims {count} layer sizes, and 2 to {DenseNetwork.MaximumLayers + 1} are possible");
        Require(count + 1L, $"its {count} layer sizes and checksum need");
        var layerSizes = new int[count];
        for (var l = 0; l < layerSizes.Length; l++)
            layerSizes[l] = (int)Read();

        var weights = new float[CountWeights(layerSizes)];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = BitConverter.UInt32BitsToSingle(Read());
        if (reader.ReadUInt32() is var stored && stored != ~checksum)
            throw Corrupt($"its checksum is {~checksum:x8} and should be {stored:x8}: the file is damaged");
        if (Array.FindIndex(weights, w => !float.IsFinite(w)) is var bad and >= 0)
            throw Corrupt($"weight {bad} of {weights.Length} is not a finite number");
        return new DenseNetwork(layerSizes, activation, weights, outputTransform);

        int CountWeights(int[] sizes)
        {
            int needed;
            try
            {
                needed = DenseNetwork.WeightCount(sizes);
            }
            catch (ArgumentException e)
            {
                throw new FormatException($"The network cannot be read: {e.Message}", e);
            }
            Require(needed + 1L, $"the weights of layers {DenseNetwork.Describe(sizes)} and its checksum need");
            return needed;
        }

        void Require(long words, string what)
        {
            if (words * WordSize > bytesLeft)
                throw Corrupt($"{what} {words * WordSize} bytes, and the stream has {bytesLeft} left: "
                    + "it is cut short or damaged");
        }

        uint Read()
        {
            var word = reader.ReadUInt32();
            bytesLeft -= WordSize;
            checksum = BitOperations.Crc32C(checksum, word);
            return word;
        }
    }

    private static FormatException Corrupt(string what) => new($"The network cannot be read: {what}.");
}
