using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;

namespace Alice.ML.Tests.Models;

[TestClass]
public class NetworkEnsembleFormatTests
{
    // Words of 4 bytes: version, members, activation, transform, count, 6, 4, 1, columns with an encoder, then 33
    // weights, then the checksum.
    private const int WeightsAt = 9 * 4;

    [TestMethod]
    [DataRow(TestTask.Regression, Activation.ReLU)]
    [DataRow(TestTask.PoissonRegression, Activation.GELU)]
    [DataRow(TestTask.Multiclass, Activation.Tanh)]
    public void What_was_saved_is_loaded_bit_for_bit(TestTask task, Activation activation)
    {
        var network = TestTasks.Network(task, activation, seed: 1, 6, 4);
        var loaded = Load(ModelFile.Bytes(network)).Members.Single();
        Assert.IsNull(loaded.Encoder);
        AssertSame(network, loaded.Network);
    }

    [TestMethod]
    [DataRow(TestTask.Regression)]
    [DataRow(TestTask.Multiclass)]
    public void Members_and_encoders_are_loaded_bit_for_bit(TestTask task)
    {
        var ensemble = TestEnsembles.Mixed(task, seed: 1, inputs: 6, members: 4, 5);
        var loaded = Load(ModelFile.Bytes(ensemble));
        Assert.AreEqual(4, loaded.Members.Count);
        foreach (var (expected, actual) in ensemble.Members.Zip(loaded.Members))
        {
            AssertSame(expected.Network, actual.Network);
            Assert.AreEqual(expected.Encoder?.InputCount, actual.Encoder?.InputCount);
            for (var c = 0; c < expected.Encoder?.InputCount; c++)
                CollectionAssert.AreEqual(expected.Encoder.Edges[c], actual.Encoder!.Edges[c]);
        }
    }

    [TestMethod]
    public void The_layout_is_what_the_documentation_says()
    {
        byte[] expected =
        [
            5, 0, 0, 0, // version
            2, 0, 0, 0, // two members
            3, 0, 0, 0, // Tanh
            1, 0, 0, 0, // exponential
            2, 0, 0, 0, // two layer sizes
            1, 0, 0, 0,
            1, 0, 0, 0,
            0, 0, 0, 0, // no encoder
            0, 0, 0x80, 0x3f, // 1
            0, 0, 0, 0xc0, // −2
            0, 0, 0, 0, // ReLU
            1, 0, 0, 0, // exponential
            2, 0, 0, 0, // two layer sizes
            2, 0, 0, 0,
            1, 0, 0, 0,
            1, 0, 0, 0, // an encoder of one column
            2, 0, 0, 0, // two edges
            0, 0, 0x80, 0x3f, // 1
            0, 0, 0, 0x40, // 2
            0, 0, 0x80, 0x3f, // 1
            0, 0, 0, 0xc0, // −2
            0, 0, 0, 0, // 0
            1, 0, 0, 0, // one prepared feature
            0, 0, 0x80, 0x3f, // centre 1
            0, 0, 0, 0x40, // scale 2
            0, 0, 0, 0xc0, // lower bound −2
            0, 0, 0x80, 0x3f, // upper bound 1
            0, 0, 0, 0, // no indicator
            1, 0, 0, 0, // a range
            0, 0, 0, 0xc0, // −2
            0, 0, 0, 0x40, // 2
            2, 0, 0, 0, // two background rows
            1, 0, 0, 0, // all of one value
            0, 0, 0xc0, 0x7f, // missing
            0, 0, 0, 0, // no value
        ];
        var bytes = ModelFile.Bytes(new NetworkEnsemble(
        [
            new(new DenseNetwork([1, 1], Activation.Tanh, [1, -2], OutputTransform.Exponential)),
            new(new DenseNetwork([2, 1], Activation.ReLU, [1, -2, 0], OutputTransform.Exponential),
                new PiecewiseLinearEncoder([[1, 2]])),
        ], new FeaturePreparation([new(1, 2, -2, 1, false)]), new OutputRange(-2, 2),
            [new(1, [BitConverter.Int32BitsToSingle(0x7fc00000)]), new(1, 0, [], [])]));
        CollectionAssert.AreEqual(expected, bytes[..^4]);
        Assert.AreEqual(Crc32C(expected), BitConverter.ToUInt32(bytes, expected.Length));
    }

    [TestMethod]
    public void A_range_for_each_output_is_version_5_and_loaded_bit_for_bit()
    {
        var network = TestModels.Network(Activation.Tanh, seed: 1, 3, 2);
        var bytes = ModelFile.Bytes(new NetworkEnsemble(
            [new(network)], null, new OutputRanges(new OutputRange(-2, 2), new OutputRange(5, 9))));
        Assert.AreEqual(5, bytes[0]);
        var range = Load(bytes).Range!;
        Assert.AreEqual(2, range.Count);
        Assert.AreEqual((new OutputRange(-2, 2), new OutputRange(5, 9)), (range[0], range[1]));
        float[] outputs = [100, 100];
        range.Hold(outputs);
        Assert.IsInRange(2f, 2.4f, outputs[0]);
        Assert.IsInRange(9f, 9.4f, outputs[1]);
        var error = Assert.Throws<ArgumentException>(() => new NetworkEnsemble(
            [new(network)], null, new OutputRanges(
            new OutputRange(0, 1), new OutputRange(0, 1), new OutputRange(0, 1))));
        StringAssert.StartsWith(error.Message, "There are 3 ranges for 2 outputs.");
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
        var member = Load(WithChecksum(words)).Members.Single();
        Assert.IsNull(member.Encoder);
        Assert.AreEqual(OutputTransform.Identity, member.Network.OutputTransform);
        Assert.AreEqual(Activation.Tanh, member.Network.Activation);
        CollectionAssert.AreEqual(new float[] { 1, -2 }, member.Network.Weights.ToArray());
    }

    [TestMethod]
    public void Version_2_of_a_single_network_is_still_read()
    {
        byte[] words =
        [
            2, 0, 0, 0, // version
            1, 0, 0, 0, // GELU
            2, 0, 0, 0, // softmax
            2, 0, 0, 0, // two layer sizes
            1, 0, 0, 0,
            1, 0, 0, 0,
            0, 0, 0x80, 0x3f, // 1
            0, 0, 0, 0xc0, // −2
        ];
        var member = Load(WithChecksum(words)).Members.Single();
        Assert.IsNull(member.Encoder);
        AssertSame(new DenseNetwork([1, 1], Activation.GELU, [1, -2], OutputTransform.Softmax), member.Network);
    }

    [TestMethod]
    public void Two_networks_can_follow_each_other()
    {
        var first = ModelFile.Bytes(TestModels.Network(Activation.ReLU, seed: 1, 2, 1));
        var second = ModelFile.Bytes(TestModels.Network(Activation.SiLU, seed: 2, 3, 1));
        using var reader = new BinaryReader(new MemoryStream([.. first, .. second]));
        Assert.AreEqual(2, NetworkEnsemble.Load(reader, reader.BaseStream.Length).InputCount);
        Assert.AreEqual(3, NetworkEnsemble.Load(reader, reader.BaseStream.Length - first.Length).InputCount);
    }

    [TestMethod]
    [DataRow(10, "its header needs 20 bytes, and the stream has 10 left: it is cut short or damaged.")]
    [DataRow(24, "the header of a network needs 20 bytes, and the stream has 16 left: it is cut short or damaged.")]
    [DataRow(32, "its 3 layer sizes and checksum need 16 bytes,"
        + " and the stream has 12 left: it is cut short or damaged.")]
    [DataRow(112, "the weights of layers 6-4-1 and its checksum need 136 bytes,"
        + " and the stream has 76 left: it is cut short or damaged.")]
    public void A_stream_that_is_cut_short_is_refused(int length, string message) =>
        AssertRefused(Example()[..length], message);

    [TestMethod]
    public void Every_flipped_bit_is_refused()
    {
        var bytes = ModelFile.Bytes(TestEnsembles.Mixed(TestTask.Regression, seed: 1, inputs: 3, members: 2, 2)
            .WithBackground([new(3, [1, 2, 3]), new(3, 1, [4], [1])]));
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
    [DataRow(4, 0x7fffffff, "it claims 2147483647 layer sizes, and 2 to 1001 are possible.")]
    [DataRow(4, 1000, "its 1000 layer sizes and checksum need 4004 bytes,"
        + " and the stream has 164 left: it is cut short or damaged.")]
    [DataRow(5, 0x10000000, "the weights of layers 268435456-4-1 and its checksum need 4294967336 bytes,"
        + " and the stream has 148 left: it is cut short or damaged.")]
    [DataRow(6, 0x7fffffff, "Layers 6-2147483647-1 have more than 2147483591 weights. (Parameter 'layerSizes')")]
    [DataRow(6, -1, "Layer size -1 is not positive. (Parameter 'layerSizes')")]
    [DataRow(0, 6, "it has layout version 6, and this Alice.ML reads versions up to 5."
        + " Update Alice.ML, or train again.")]
    [DataRow(1, 0, "it claims 0 networks, and 1 to 1000 are possible.")]
    [DataRow(1, 1001, "it claims 1001 networks, and 1 to 1000 are possible.")]
    [DataRow(1, 2, "the header of a network needs 20 bytes, and the stream has 16 left: it is cut short or damaged.")]
    [DataRow(2, 4, "it names activation 4, which does not exist.")]
    [DataRow(3, 3, "it names output transform 3, which does not exist.")]
    [DataRow(8, 1000, "its encoder's 1000 columns and its checksum need 4004 bytes,"
        + " and the stream has 148 left: it is cut short or damaged.")]
    [DataRow(8, 1, "a column's 2147483648 edges and its checksum need 8589934596 bytes,"
        + " and the stream has 144 left: it is cut short or damaged.")]
    [DataRow(10, 0x7fc00000, "Weight 1 is NaN; weights must be finite. (Parameter 'weights')")]
    [DataRow(10, 0x7f800000, "Weight 1 is Infinity; weights must be finite. (Parameter 'weights')")]
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
        BitConverter.TryWriteBytes(bytes.AsSpan(5 * 4), 0x10000000);
        Assert.ThrowsExactly<FormatException>(() => Load(bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.ThrowsExactly<FormatException>(() => Load(bytes));
        Assert.IsLessThan(100_000, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Edges_that_cannot_be_are_refused_though_the_checksum_fits()
    {
        var ensemble = new NetworkEnsemble(
            [new(TestModels.Network(Activation.ReLU, seed: 1, 3, 1), new PiecewiseLinearEncoder([[1, 2, 3]]))]);
        var bytes = ModelFile.Bytes(ensemble);
        // The second edge.
        BitConverter.TryWriteBytes(bytes.AsSpan(10 * 4), 1f);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C(bytes[..^4]));
        AssertRefused(bytes, "Column 0 has the edge 1 after 1; each must exceed the one before by 1.18e-38. "
            + "(Parameter 'edges')");
    }

    [TestMethod]
    public void An_encoder_that_does_not_fit_its_network_is_refused_though_the_checksum_fits()
    {
        var bytes = ModelFile.Bytes(new NetworkEnsemble(
            [new(TestModels.Network(Activation.ReLU, seed: 1, 2, 2), new PiecewiseLinearEncoder([[1, 2]]))]));
        // A network of one input and three outputs has as many weights.
        BitConverter.TryWriteBytes(bytes.AsSpan(5 * 4), 1);
        BitConverter.TryWriteBytes(bytes.AsSpan(6 * 4), 3);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C(bytes[..^4]));
        AssertRefused(bytes, "The encoder gives 2 values, and its network takes 1. (Parameter 'members')");
    }

    private static byte[] Example() => ModelFile.Bytes(TestModels.Network(Activation.ReLU, seed: 1, 6, 4, 1));

    private static NetworkEnsemble Load(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return NetworkEnsemble.Load(reader, bytes.Length);
    }

    private static byte[] WithChecksum(byte[] words) => [.. words, .. BitConverter.GetBytes(Crc32C(words))];

    private static void AssertSame(DenseNetwork expected, DenseNetwork actual)
    {
        Assert.AreEqual(expected.Activation, actual.Activation);
        Assert.AreEqual(expected.OutputTransform, actual.OutputTransform);
        CollectionAssert.AreEqual(expected.LayerSizes.ToArray(), actual.LayerSizes.ToArray());
        CollectionAssert.AreEqual(
            DenseNetworkTests.Bits(expected.Weights.ToArray()), DenseNetworkTests.Bits(actual.Weights.ToArray()));
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
