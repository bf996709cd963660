using Alice.ML.Models;
using Alice.ML.Models.Networks;

namespace Alice.ML.Tests.Models;

/// <summary>Finite features give finite scores, however large they are.</summary>
[TestClass]
public class SaturatingForwardTests
{
    private const float Huge = 3e38f;

    [TestMethod]
    [DataRow(new[] { 1f, 1, -1 }, new[] { Huge, Huge, Huge }, Huge)]
    [DataRow(new[] { 2f, -1.5f }, new[] { Huge, Huge }, 1.5e38f)]
    [DataRow(new[] { 10f }, new[] { Huge }, float.MaxValue)]
    [DataRow(new[] { 10f }, new[] { -Huge }, -float.MaxValue)]
    [DataRow(new[] { 10f, -10 }, new[] { Huge, Huge }, 7f)]
    public void A_linear_sum_that_overflows_on_the_way_is_right_and_one_beyond_a_float_is_the_largest(
        float[] weights, float[] features, float expected)
    {
        var network = new DenseNetwork([weights.Length, 1], Activation.ReLU, [.. weights, 7]);
        Assert.AreEqual(1, TestModels.Forward(network, features) / expected, 1e-6);
    }

    [TestMethod]
    public void A_hidden_sum_that_overflows_on_the_way_is_right()
    {
        // The unit is 2 a − 1.5 b. In single precision 2 a is infinite.
        var network = new DenseNetwork([2, 1, 1], Activation.ReLU, [2, -1.5f, 0, 1, 0]);
        Assert.AreEqual(1, TestModels.Forward(network, [Huge, Huge]) / 1.5e38, 1e-6);
    }

    [TestMethod]
    public void Classes_and_rates_of_huge_sums_are_finite()
    {
        var softmax = new DenseNetwork([1, 3], Activation.ReLU, [10, -10, 0.1f, 0, 0, 0], OutputTransform.Softmax);
        var probabilities = new float[3];
        softmax.Forward([Huge], probabilities);
        CollectionAssert.AreEqual(new float[] { 1, 0, 0 }, probabilities);

        var rate = new DenseNetwork([1, 1], Activation.ReLU, [10, 0], OutputTransform.Exponential);
        Assert.AreEqual(float.MaxValue, TestModels.Forward(rate, [Huge]));
        Assert.AreEqual(0f, TestModels.Forward(rate, [-Huge]));
    }

    public static IEnumerable<object[]> Shapes =>
        from task in Enum.GetValues<TestTask>()
        from activation in Enum.GetValues<Activation>()
        from sizes in new int[][] { [5], [6, 64, 64], [40, 3], [3, 17, 65], [2, 1, 1] }
        select new object[] { task, activation, sizes };

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Huge_features_score_a_finite_number_with_the_same_bits_dense_and_sparse(
        TestTask task, Activation activation, int[] sizes)
    {
        float[] values = [0, 0, 1, Huge, -Huge, 1e38f, -1e38f, 1e30f, float.MaxValue, -float.MaxValue];
        var network = TestTasks.Network(task, activation, seed: 1, sizes);
        var random = new Random(2);
        var dense = new float[network.OutputCount];
        var sparse = new float[network.OutputCount];
        for (var row = 0; row < 50; row++)
        {
            var features = random.GetItems(values, network.InputCount);
            network.Forward(features, dense);
            Assert.IsTrue(Array.TrueForAll(dense, float.IsFinite), $"row {row}: {string.Join(' ', dense)}");
            network.Forward(DenseNetworkTests.Sparse(features), sparse);
            CollectionAssert.AreEqual(DenseNetworkTests.Bits(dense), DenseNetworkTests.Bits(sparse), $"row {row}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(TestModels.Activations), typeof(TestModels))]
    public void A_missing_feature_beside_huge_ones_gives_a_missing_score(Activation activation)
    {
        var network = TestModels.Network(activation, seed: 11, 3, 20, 2, 1);
        Assert.IsTrue(float.IsNaN(TestModels.Forward(network, [Huge, float.NaN, -Huge])));
    }

    [TestMethod]
    public void Many_layers_of_huge_weights_score_a_finite_number()
    {
        var network = new DenseNetwork(
            [.. Enumerable.Repeat(1, 101)], Activation.ReLU, [.. Enumerable.Repeat(Huge, 200)]);
        Assert.AreEqual(float.MaxValue, TestModels.Forward(network, [Huge]));
    }

    // Sums of size 1 never overflow: what the slow way then gives must agree with the fast one.
    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void The_slow_way_agrees_with_the_fast_one(TestTask task, Activation activation, int[] sizes)
    {
        var network = TestTasks.Network(task, activation, seed: 3, sizes);
        var random = new Random(4);
        var fast = new float[network.OutputCount];
        var slow = new float[network.OutputCount];
        for (var row = 0; row < 20; row++)
        {
            var features = TestModels.Features(random, network.InputCount);
            network.Forward(features, fast);
            SaturatingForward.Run(network, null, features, [], slow);
            OutputFunctions.Apply(network.OutputTransform, slow);
            for (var o = 0; o < fast.Length; o++)
                Assert.AreEqual(fast[o], slow[o], 1e-5 * (1 + Math.Abs(fast[o])), $"row {row}, output {o}");
        }
    }
}
