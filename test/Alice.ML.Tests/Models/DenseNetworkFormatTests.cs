using Alice.ML.Models;

namespace Alice.ML.Tests.Models;

[TestClass]
public class DenseNetworkFormatTests
{
    // Words of 4 bytes: version, activation, transform, count, 6, 4, 1, then 33 weights, then the checksum.
    private const int WeightsAt = 7 * 4;

    [TestMethod]
    [DataRow(TestTask.Regression, Activation.ReLU)]
    [DataRow(TestTask.PoissonRegression, Activation.GELU)]
    [DataRow(TestTask.Multiclass, Activation.Tanh)]
    public void What_was_saved_is_loaded_bit_for_bit(TestTask task, Activation activation)
    {
        var network = TestTasks.Network(task, activation, seed: 1, 6, 4);
        var loaded = Load(ModelFile.Bytes(network));
        Assert.AreEqual(activation, loaded.Activation);
        Assert.AreEqual(network.OutputTransform, loaded.OutputTransform);
        CollectionAssert.AreEqual(network.LayerSizes.ToArray(), loaded.LayerSizes.ToArray());
        CollectionAssert.AreEqual(
            network.Weights.ToArray().Select(BitConverter.SingleToInt32Bits).ToArray(),
            loaded.Weights.ToArray().Select(BitConverter.SingleToInt32Bits).ToArray());
    }

    [TestMethod]
    public void The_layout_is_what_the_documentation_says()
    {
        byte[] expected =
        [
            2, 0, 0, 0, // version
            3, 0, 0, 0, // Tanh
            1, 0, 0, 0, // exponential
            2, 0, 0, 0, // two layer sizes
            1, 0, 0, 0,
            1, 0, 0, 0,
            0, 0, 0x80, 0x3f, // 1
            0, 0, 0, 0xc0, // −2
        ];
        var bytes = ModelFile.Bytes(
            new DenseNetwork([1, 1], Activation.Tanh, [1, -2], OutputTransform.Exponential));
        CollectionAssert.AreEqual(expected, bytes[..^4]);
        Assert.AreEqual(Crc32C(expected), BitConverter.ToUInt32(bytes, expected.Length));
    }

    [TestMethod]
    public void Version_1_without_the_output_transform_is_still_read()
    {
        byte[] words =
        [
            1, 0, 0, 0, // version
            3, 0, 0, 0, // Tanh
            2, 0, 0, 0, // two layer sizes
            1, 0, 0, 0,
            1, 0, 0, 0,
            0, 0, 0x80, 0x3f, // 1
            0, 0, 0, 0xc0, // −2
        ];
        var network = Load([.. words, .. BitConverter.GetBytes(Crc32C(words))]);
        Assert.AreEqual(OutputTransform.Identity, network.OutputTransform);
        Assert.AreEqual(Activation.Tanh, network.Activation);
        CollectionAssert.AreEqual(new float[] { 1, -2 }, network.Weights.ToArray());
    }

    [TestMethod]
    public void Two_networks_can_follow_each_other()
    {
        var first = ModelFile.Bytes(TestModels.Network(Activation.ReLU, seed: 1, 2, 1));
        var second = ModelFile.Bytes(TestModels.Network(Activation.SiLU, seed: 2, 3, 1));
        using var reader = new BinaryReader(new MemoryStream([.. first, .. second]));
        Assert.AreEqual(2, DenseNetwork.Load(reader, reader.BaseStream.Length).InputCount);
        Assert.AreEqual(3, DenseNetwork.Load(reader, reader.BaseStream.Length - first.Length).InputCount);
    }

    [TestMethod]
    [DataRow(10, "its header needs 20 bytes, and the stream has 10 left: it is cut short or damaged.")]
    [DataRow(24, "its 3 layer sizes and checksum need 16 bytes,"
        + " and the stream has 8 left: it is cut short or damaged.")]
    [DataRow(104, "the weights of layers 6-4-1 and its checksum need 136 bytes,"
        + " and the stream has 76 left: it is cut short or damaged.")]
    public void A_stream_that_is_cut_short_is_refused(int length, string message) =>
        AssertRefused(Example()[..length], message);

    [TestMethod]
    public void Every_flipped_bit_is_refused()
    {
        var bytes = Example();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.ThrowsExactly<FormatException>(() => Load(damaged), $"bit {bit}");
        }
    }

    [TestMethod]
    public void A_flipped_bit_in_a_weight_shows_in_the_checksum()
    {
        var bytes = Example();
        var stored = BitConverter.ToUInt32(bytes, bytes.Length - 4);
        bytes[WeightsAt] ^= 1;
        var checksum = Crc32C(bytes[..^4]);
        AssertRefused(bytes, $"its checksum is {checksum:x8} and should be {stored:x8}: the file is damaged.");
    }

    [TestMethod]
    [DataRow(3, 0x7fffffff, "it claims 2147483647 layer sizes, and 2 to 1001 are possible.")]
    [DataRow(3, 1000, "its 1000 layer sizes and checksum need 4004 bytes,"
        + " and the stream has 148 left: it is cut short or damaged.")]
    [DataRow(4, 0x10000000, "the weights of layers 268435456-4-1 and its checksum need 4294967336 bytes,"
        + " and the stream has 136 left: it is cut short or damaged.")]
    [DataRow(5, 0x7fffffff, "Layers 6-2147483647-1 have more than 2147483591 weights. (Parameter 'layerSizes')")]
    [DataRow(5, -1, "Layer size -1 is not positive. (Parameter 'layerSizes')")]
    [DataRow(0, 3, "it has layout version 3, and this Alice.ML reads versions up to 2."
        + " Update Alice.ML, or train again.")]
    [DataRow(1, 4, "it names activation 4, which does not exist.")]
    [DataRow(2, 3, "it names output transform 3, which does not exist.")]
    [DataRow(8, 0x7fc00000, "weight 1 of 33 is not a finite number.")]
    [DataRow(8, 0x7f800000, "weight 1 of 33 is not a finite number.")]
    public void A_word_that_cannot_be_is_refused_though_the_checksum_fits(int word, int value, string message)
    {
        var bytes = Example();
        BitConverter.TryWriteBytes(bytes.AsSpan(4 * word), value);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C(bytes[..^4]));
        AssertRefused(bytes, message);
    }

    [TestMethod]
    public void Sizes_that_the_stream_cannot_fill_allocate_nothing()
    {
        var bytes = Example();
        BitConverter.TryWriteBytes(bytes.AsSpan(4 * 4), 0x10000000);
        Assert.ThrowsExactly<FormatException>(() => Load(bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsExactly<FormatException>(() => Load(bytes));
        Assert.IsLessThan(100_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Example() => ModelFile.Bytes(TestModels.Network(Activation.ReLU, seed: 1, 6, 4, 1));

    private static DenseNetwork Load(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return DenseNetwork.Load(reader, bytes.Length);
    }

    private static void AssertRefused(byte[] bytes, string message)
    {
        var e = Assert.ThrowsExactly<FormatException>(() => Load(bytes));
        Assert.AreEqual($"The network cannot be read: {message}", e.Message);
    }

    /// <summary>CRC-32C of RFC 3720, bit by bit.</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
        }
        return ~crc;
    }
}
