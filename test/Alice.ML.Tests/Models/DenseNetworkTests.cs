using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

[TestClass]
public class DenseNetworkTests
{
    public static IEnumerable<object[]> Shapes =>
        from activation in Enum.GetValues<Activation>()
        from sizes in new int[][]
        {
            [5, 1], [6, 64, 64, 1], [40, 3], [7, 4, 1], [3, 17, 65, 2], [1, 1, 1, 1], [17, 5, 33, 10],
            [2, 96, 3, 130, 7], [9, 700, 1], [4, 40, 100, 20, 2], [3, 1100, 33, 1],
        }
        select new object[] { activation, sizes };

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void The_outputs_are_those_of_a_plain_double_precision_network(Activation activation, int[] sizes)
    {
        var network = TestModels.Network(activation, seed: 1, sizes);
        var random = new Random(2);
        var outputs = new float[network.OutputCount];
        for (var row = 0; row < 20; row++)
        {
            var features = TestModels.Features(random, network.InputCount);
            network.Forward(features, outputs);
            var expected = Reference(network, TestEnsembles.Widen(features));
            for (var o = 0; o < outputs.Length; o++)
                Assert.AreEqual(expected[o], outputs[o], 5e-6 * (1 + Math.Abs(expected[o])), $"row {row}, output {o}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Sparse_features_give_the_same_bits_as_dense(Activation activation, int[] sizes)
    {
        var network = TestModels.Network(activation, seed: 3, sizes);
        var random = new Random(4);
        for (var row = 0; row < 20; row++)
        {
            // The last row is all zeros: sparse, it stores nothing.
            var features = row < 19 ? TestModels.Features(random, network.InputCount) : new float[network.InputCount];
            var dense = new float[network.OutputCount];
            var sparse = new float[network.OutputCount];
            network.Forward(features, dense);
            network.Forward(Sparse(features), sparse);
            CollectionAssert.AreEqual(Bits(dense), Bits(sparse), $"row {row}");
        }
    }

    [TestMethod]
    public void A_dense_buffer_gives_the_same_bits_as_a_span()
    {
        var network = TestModels.Network(Activation.ReLU, seed: 5, 6, 64, 1);
        var features = TestModels.Features(new Random(6), 6);
        var score = new float[1];
        // A VBuffer's array may be longer than its values.
        network.Forward(new VBuffer<float>(6, [.. features, 99f, 99f]), score);
        Assert.AreEqual(TestModels.Forward(network, features), score[0]);
    }

    [TestMethod]
    public void Many_threads_give_the_same_bits_as_one()
    {
        // Wide enough to need a rented buffer.
        var network = TestModels.Network(Activation.GELU, seed: 7, 8, 600, 1);
        var rows = TestModels.Rows(seed: 8, count: 500, featureCount: 8);
        var serial = rows.Select(r => TestModels.Forward(network, r.Features)).ToArray();
        var parallel = rows.AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .Select(r => TestModels.Forward(network, r.Features)).ToArray();
        CollectionAssert.AreEqual(Bits(serial), Bits(parallel));
    }

    [TestMethod]
    [DataRow(64)]
    [DataRow(2000)]
    public void After_the_first_row_nothing_is_allocated(int width)
    {
        var network = TestModels.Network(Activation.ReLU, seed: 9, 6, width, 1);
        var features = new VBuffer<float>(6, TestModels.Features(new Random(10), 6));
        var score = new float[1];
        for (var i = 0; i < 50; i++)
            network.Forward(in features, score);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            network.Forward(in features, score);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    [DataRow(Activation.ReLU)]
    [DataRow(Activation.GELU)]
    [DataRow(Activation.SiLU)]
    [DataRow(Activation.Tanh)]
    public void A_missing_feature_gives_a_missing_score(Activation activation)
    {
        var network = TestModels.Network(activation, seed: 11, 3, 20, 2, 1);
        Assert.IsTrue(float.IsNaN(TestModels.Forward(network, [1, float.NaN, 2])));
    }

    [TestMethod]
    public void The_network_keeps_its_own_copy_of_the_weights()
    {
        float[] weights = [2, 1];
        var network = new DenseNetwork([1, 1], Activation.ReLU, weights);
        weights[0] = 100;
        Assert.AreEqual(7f, TestModels.Forward(network, [3]));
        CollectionAssert.AreEqual(new[] { 2f, 1f }, network.Weights.ToArray());
    }

    [TestMethod]
    public void Weights_are_input_major_with_the_biases_as_last_row()
    {
        var network = new DenseNetwork([2, 3], Activation.ReLU, [1, 2, 3, 10, 20, 30, 100, 200, 300]);
        var outputs = new float[3];
        network.Forward([1, 2], outputs);
        CollectionAssert.AreEqual(new[] { 121f, 242f, 363f }, outputs);
    }

    [TestMethod]
    public void Another_number_of_features_is_refused_with_both_numbers()
    {
        var network = TestModels.Network(Activation.ReLU, seed: 12, 6, 8, 1);
        var e = Assert.ThrowsExactly<ArgumentException>(() => network.Forward(new float[5], new float[1]));
        Assert.AreEqual("The features have 5 values, but the model was trained with 6.", e.Message);
        Assert.ThrowsExactly<ArgumentException>(() => network.Forward(new VBuffer<float>(7, 0, [], []), new float[1]));
    }

    [TestMethod]
    [DataRow(new[] { 6 }, 1, "A network needs 2 to 1001 layer sizes, not 1.")]
    [DataRow(new[] { 6, 0, 1 }, 1, "Layer size 0 is not positive.")]
    [DataRow(new[] { 6, 2, 1 }, 16, "Layers 6-2-1 have 17 weights, not 16.")]
    [DataRow(new[] { 60000, 60000, 1 }, 1, "Layers 60000-60000-1 have more than 2147483591 weights.")]
    public void Sizes_that_do_not_fit_are_refused(int[] sizes, int weights, string message)
    {
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => new DenseNetwork(sizes, Activation.ReLU, new float[weights]));
        StringAssert.StartsWith(e.Message, message);
    }

    [TestMethod]
    public void Weights_that_are_not_finite_are_refused()
    {
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => new DenseNetwork([1, 1], Activation.ReLU, [1, float.NaN]));
        StringAssert.StartsWith(e.Message, "Weight 1 is NaN; weights must be finite.");
    }

    [TestMethod]
    public void An_unknown_activation_is_refused()
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => new DenseNetwork([1, 1], (Activation)9, [1, 1]));
        StringAssert.StartsWith(e.Message, "Activation 9 does not exist.");
    }

    [TestMethod]
    public void An_unknown_output_transform_is_refused()
    {
        var e = Assert.ThrowsExactly<ArgumentException>(
            () => new DenseNetwork([1, 1], Activation.ReLU, [1, 1], (OutputTransform)9));
        StringAssert.StartsWith(e.Message, "Output transform 9 does not exist.");
    }

    /// <summary>The sums of the last layer.</summary>
    internal static double[] Reference(DenseNetwork network, double[] values)
    {
        var start = 0;
        for (var l = 1; l < network.LayerSizes.Count; l++)
        {
            var (inputs, outputs) = (network.LayerSizes[l - 1], network.LayerSizes[l]);
            var weights = network.Weights.Slice(start, (inputs + 1) * outputs).ToArray();
            start += weights.Length;
            var isLast = l == network.LayerSizes.Count - 1;
            values = [.. Enumerable.Range(0, outputs).Select(o =>
            {
                var sum = weights[inputs * outputs + o]
                    + Enumerable.Range(0, inputs).Sum(i => values[i] * weights[i * outputs + o]);
                return isLast ? sum : ReferenceActivations.Of(network.Activation, sum);
            })];
        }
        return values;
    }

    internal static VBuffer<float> Sparse(float[] features)
    {
        var indices = Enumerable.Range(0, features.Length).Where(i => features[i] != 0).ToArray();
        return new VBuffer<float>(features.Length, indices.Length, [.. indices.Select(i => features[i])], indices);
    }

    internal static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
