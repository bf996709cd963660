using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

[TestClass]
public class NetworkEnsembleTests
{
    public static IEnumerable<object[]> Encoded =>
        from activation in Enum.GetValues<Activation>()
        from inputs in new[] { 1, 2, 7, 40 }
        from hidden in new int[][] { [], [5], [64, 64], [65, 3, 130] }
        select new object[] { activation, inputs, hidden };

    [TestMethod]
    [DynamicData(nameof(Encoded))]
    public void Behind_an_encoder_the_outputs_are_those_of_the_formula_in_double_precision(
        Activation activation, int inputs, int[] hidden)
    {
        var member = TestEnsembles.Encoded(TestTask.Regression, activation, seed: 1, inputs, hidden);
        var ensemble = new NetworkEnsemble([member]);
        var random = new Random(2);
        for (var row = 0; row < 20; row++)
        {
            var features = TestModels.Features(random, inputs);
            var expected = TestEnsembles.Reference(member, features)[0];
            // Narrow random bins make features of some hundreds beyond the last edge.
            var size = 1 + TestEnsembles.Encode(member.Encoder!.Edges, features).Max(Math.Abs);
            Assert.AreEqual(expected, Forward(ensemble, features), 1e-5 * (size + Math.Abs(expected)), $"row {row}");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Encoded))]
    public void Behind_an_encoder_sparse_features_give_the_same_bits_as_dense(
        Activation activation, int inputs, int[] hidden)
    {
        var ensemble = new NetworkEnsemble(
            [TestEnsembles.Encoded(TestTask.Multiclass, activation, seed: 1, inputs, hidden)]);
        AssertDenseIsSparse(ensemble);
    }

    [TestMethod]
    public void A_mixed_ensemble_gives_the_same_bits_for_sparse_and_dense_features() =>
        AssertDenseIsSparse(TestEnsembles.Mixed(TestTask.Multiclass, seed: 1, inputs: 30, members: 5, 70, 20));

    [TestMethod]
    public void Wide_features_of_which_few_have_bins_give_the_same_bits_for_sparse_and_dense()
    {
        float[][] edges = [.. Enumerable.Range(0, 3000).Select(c => c % 700 == 5 ? new float[] { -1, -0.5f, 1 } : [])];
        var encoder = new PiecewiseLinearEncoder(edges);
        var network = TestModels.Network(Activation.ReLU, seed: 1, encoder.OutputCount, 64, 1);
        AssertDenseIsSparse(new NetworkEnsemble([new(network, encoder)]));
    }

    [TestMethod]
    public void A_number_on_an_edge_gives_the_value_at_which_both_bins_meet()
    {
        // 1, then bins of 0 to 1 with weight 10 and 1 to 3 with weight 100.
        var encoder = new PiecewiseLinearEncoder([[0, 1, 3]]);
        var ensemble = new NetworkEnsemble([new(new DenseNetwork([3, 1], Activation.ReLU, [1, 10, 100, 7]), encoder)]);
        Assert.AreEqual(7f, Forward(ensemble, [0]));
        Assert.AreEqual(18f, Forward(ensemble, [1]));
        Assert.AreEqual(120f, Forward(ensemble, [3]));
        Assert.AreEqual(69f, Forward(ensemble, [2]), 1e-4f);
        Assert.AreEqual(-4f, Forward(ensemble, [-1]));
        Assert.AreEqual(222f, Forward(ensemble, [5]), 1e-3f);
    }

    [TestMethod]
    public void Large_numbers_close_together_lose_no_digits()
    {
        // Years in seconds: the bins are a hundred-thousandth of the numbers.
        float[] edges = [.. Enumerable.Range(0, 9).Select(b => 1.7e9f + 16384 * b)];
        var encoder = new PiecewiseLinearEncoder([edges]);
        var member = new EnsembleMember(
            new DenseNetwork([9, 1], Activation.ReLU, [1e-5f, 3, -2, 1, 4, -5, 2, 1, -3, -17000]), encoder);
        var ensemble = new NetworkEnsemble([member]);
        for (var x = edges[0] - 8192; x < edges[^1] + 8192; x += 1024)
            Assert.AreEqual(TestEnsembles.Reference(member, [x])[0], Forward(ensemble, [x]), 2e-5, $"{x}");
    }

    [TestMethod]
    [DataRow(TestTask.Regression)]
    [DataRow(TestTask.PoissonRegression)]
    [DataRow(TestTask.Binary)]
    [DataRow(TestTask.Multiclass)]
    public void The_outputs_are_the_mean_of_the_members_and_their_sample_standard_deviation(TestTask task)
    {
        var ensemble = TestEnsembles.Mixed(task, seed: 1, inputs: 6, members: 4, 8);
        var members = ensemble.Members.Select(m => new NetworkEnsemble([m])).ToArray();
        var random = new Random(2);
        var (means, deviations, alone) = (Room(ensemble), Room(ensemble), Room(ensemble));
        for (var row = 0; row < 20; row++)
        {
            var features = TestModels.Features(random, 6);
            var outputs = members.Select(m => Outputs(m, features)).ToArray();
            ensemble.Forward(features, means, deviations);
            ensemble.Forward(features, alone);
            CollectionAssert.AreEqual(DenseNetworkTests.Bits(means), DenseNetworkTests.Bits(alone));
            for (var o = 0; o < means.Length; o++)
            {
                var mean = outputs.Average(m => (double)m[o]);
                var variance = outputs.Sum(m => Math.Pow(m[o] - mean, 2)) / 3;
                Assert.AreEqual(mean, means[o], 1e-6 * Math.Max(1, Math.Abs(mean)), $"row {row}, output {o}");
                Assert.AreEqual(Math.Sqrt(variance), deviations[o], 1e-6 * Math.Max(1, Math.Abs(mean)));
            }
        }
    }

    [TestMethod]
    public void One_network_gives_its_own_bits_and_no_standard_deviation()
    {
        var network = TestModels.Network(Activation.ReLU, seed: 1, 6, 8, 1);
        var features = TestModels.Features(new Random(2), 6);
        var (score, deviation) = (new float[1], new float[1]);
        new NetworkEnsemble([new(network)]).Forward(features, score, deviation);
        Assert.AreEqual(TestModels.Forward(network, features), score[0]);
        Assert.IsTrue(float.IsNaN(deviation[0]));
    }

    [TestMethod]
    public void Members_that_agree_have_a_standard_deviation_of_zero()
    {
        var network = TestModels.Network(Activation.ReLU, seed: 1, 6, 8, 1);
        var features = TestModels.Features(new Random(2), 6);
        var (score, deviation) = (new float[1], new float[1]);
        new NetworkEnsemble([new(network), new(network), new(network)]).Forward(features, score, deviation);
        Assert.AreEqual(TestModels.Forward(network, features), score[0]);
        Assert.AreEqual(0f, deviation[0]);
    }

    [TestMethod]
    public void The_mean_and_the_deviation_of_the_largest_numbers_are_finite()
    {
        DenseNetwork Constant(float value) => new([1, 1], Activation.ReLU, [0, value]);
        var (score, deviation) = (new float[1], new float[1]);
        new NetworkEnsemble([new(Constant(float.MaxValue)), new(Constant(float.MaxValue))])
            .Forward([1], score, deviation);
        Assert.AreEqual(float.MaxValue, score[0]);
        Assert.AreEqual(0f, deviation[0]);
        new NetworkEnsemble([new(Constant(float.MaxValue)), new(Constant(-float.MaxValue))])
            .Forward([1], score, deviation);
        Assert.AreEqual(0f, score[0]);
        Assert.AreEqual(float.MaxValue, deviation[0]);
    }

    [TestMethod]
    [DynamicData(nameof(Encoded))]
    public void Huge_features_score_a_finite_number_with_the_same_bits_dense_and_sparse(
        Activation activation, int inputs, int[] hidden)
    {
        float[] values = [0, 0, 1, 3e38f, -3e38f, 1e38f, -1e38f, 1e30f, float.MaxValue, -float.MaxValue];
        var ensemble = new NetworkEnsemble(
        [
            TestEnsembles.Encoded(TestTask.Multiclass, activation, seed: 1, inputs, hidden),
            new(TestTasks.Network(TestTask.Multiclass, activation, seed: 2, [inputs, .. hidden])),
        ]);
        var random = new Random(3);
        for (var row = 0; row < 30; row++)
        {
            var features = random.GetItems(values, inputs);
            var dense = Outputs(ensemble, features);
            Assert.IsTrue(Array.TrueForAll(dense, float.IsFinite), $"row {row}: {string.Join(' ', dense)}");
            AssertSparse(ensemble, features, dense);
        }
    }

    [TestMethod]
    public void A_sum_of_encoded_features_that_overflows_is_right_where_it_fits_a_float()
    {
        // 2 a − 1.5 b in single precision overflows on the way.
        var encoder = new PiecewiseLinearEncoder([[0, 1], [0, 1]]);
        var network = new DenseNetwork([4, 1], Activation.ReLU, [1, 1, -1, -0.5f, 0]);
        var ensemble = new NetworkEnsemble([new(network, encoder)]);
        Assert.AreEqual(1, Forward(ensemble, [3e38f, 3e38f]) / 1.5e38, 1e-6);
        Assert.AreEqual(float.MaxValue, Forward(ensemble, [3e38f, 0]));
        Assert.IsTrue(float.IsNaN(Forward(ensemble, [3e38f, float.NaN])));
    }

    [TestMethod]
    public void The_slow_way_agrees_with_the_fast_one_behind_an_encoder()
    {
        var member = TestEnsembles.Encoded(TestTask.Regression, Activation.GELU, seed: 3, 7, 8, 5);
        var ensemble = new NetworkEnsemble([member]);
        var random = new Random(4);
        var slow = new float[1];
        for (var row = 0; row < 20; row++)
        {
            var features = TestModels.Features(random, 7);
            SaturatingForward.Run(member.Network, member.Encoder, features, [], slow);
            var size = 1 + TestEnsembles.Encode(member.Encoder!.Edges, features).Max(Math.Abs);
            Assert.AreEqual(slow[0], Forward(ensemble, features), 1e-5 * size, $"row {row}");
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(6)]
    public void A_missing_feature_gives_a_missing_score(int missing)
    {
        var ensemble = TestEnsembles.Mixed(TestTask.Regression, seed: 1, inputs: 7, members: 2, 8);
        var features = TestModels.Features(new Random(2), 7);
        features[missing] = float.NaN;
        var (score, deviation) = (new float[1], new float[1]);
        ensemble.Forward(features, score, deviation);
        Assert.IsTrue(float.IsNaN(score[0]));
        Assert.IsTrue(float.IsNaN(deviation[0]));
    }

    [TestMethod]
    public void Many_threads_give_the_same_bits_as_one()
    {
        // Wide enough to need rented buffers.
        var ensemble = TestEnsembles.Mixed(TestTask.Regression, seed: 7, inputs: 300, members: 3, 600);
        var rows = TestModels.Rows(seed: 8, count: 200, featureCount: 300);
        var serial = rows.Select(r => Forward(ensemble, r.Features)).ToArray();
        var parallel = rows.AsParallel().AsOrdered().WithDegreeOfParallelism(4)
            .Select(r => Forward(ensemble, r.Features)).ToArray();
        CollectionAssert.AreEqual(DenseNetworkTests.Bits(serial), DenseNetworkTests.Bits(parallel));
    }

    [TestMethod]
    [DataRow(6, 1)]
    [DataRow(300, 100)]
    public void After_the_first_rows_nothing_is_allocated(int inputs, int outputs)
    {
        var encoder = TestEnsembles.Encoder(seed: 1, inputs);
        var ensemble = new NetworkEnsemble(
        [
            new(TestModels.Network(Activation.ReLU, seed: 1, inputs, 64, outputs)),
            new(TestModels.Network(Activation.ReLU, seed: 2, encoder.OutputCount, 64, outputs), encoder),
        ]);
        var features = new VBuffer<float>(inputs, TestModels.Features(new Random(10), inputs));
        var (means, deviations) = (new float[outputs], new float[outputs]);
        for (var i = 0; i < 50; i++)
            ensemble.Forward(in features, means, deviations);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            ensemble.Forward(in features, means, deviations);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Members_that_do_not_belong_together_are_refused()
    {
        DenseNetwork Network(params int[] sizes) => TestModels.Network(Activation.ReLU, seed: 1, sizes);
        AssertRefused([], "An ensemble has 1 to 1000 networks, not 0.");
        AssertRefused([.. Enumerable.Repeat(new EnsembleMember(Network(1, 1)), 1001)],
            "An ensemble has 1 to 1000 networks, not 1001.");
        AssertRefused([new(Network(3, 1)), new(Network(4, 1))],
            "One network of the ensemble takes 3 features, another 4.");
        AssertRefused([new(Network(3, 1)), new(Network(3, 2))],
            "One network of the ensemble has 1 outputs, another 2.");
        AssertRefused([new(Network(3, 1), new PiecewiseLinearEncoder([[0, 1]]))],
            "The encoder gives 2 values, and its network takes 3.");
        AssertRefused(
            [new(Network(1, 1)), new(new DenseNetwork([1, 1], Activation.ReLU, [1, 1], OutputTransform.Exponential))],
            "One network of the ensemble has the output transform Identity, another Exponential.");
    }

    [TestMethod]
    public void Another_number_of_features_and_too_little_room_are_refused()
    {
        var ensemble = TestEnsembles.Mixed(TestTask.Multiclass, seed: 1, inputs: 6, members: 2, 8);
        var e = Assert.ThrowsExactly<ArgumentException>(() => ensemble.Forward(new float[5], new float[3]));
        Assert.AreEqual("The features have 5 values, but the model was trained with 6.", e.Message);
        Assert.ThrowsExactly<ArgumentException>(() => ensemble.Forward(new VBuffer<float>(7, 0, [], []), new float[3]));
        e = Assert.ThrowsExactly<ArgumentException>(() => ensemble.Forward(new float[6], new float[2]));
        Assert.AreEqual("The model has 3 outputs: there is less room.", e.Message);
        Assert.ThrowsExactly<ArgumentException>(() => ensemble.Forward(new float[6], new float[3], new float[2]));
    }

    private static void AssertRefused(EnsembleMember[] members, string message)
    {
        var e = Assert.ThrowsExactly<ArgumentException>(() => new NetworkEnsemble(members));
        StringAssert.StartsWith(e.Message, message);
    }

    private static void AssertDenseIsSparse(NetworkEnsemble ensemble)
    {
        var random = new Random(4);
        for (var row = 0; row < 20; row++)
        {
            // The last row is all zeros: sparse, it stores nothing.
            var features = row < 19 ? TestModels.Features(random, ensemble.InputCount) : new float[ensemble.InputCount];
            AssertSparse(ensemble, features, Outputs(ensemble, features));
        }
    }

    private static void AssertSparse(NetworkEnsemble ensemble, float[] features, float[] dense)
    {
        var sparse = Room(ensemble);
        ensemble.Forward(DenseNetworkTests.Sparse(features), sparse);
        CollectionAssert.AreEqual(DenseNetworkTests.Bits(dense), DenseNetworkTests.Bits(sparse));
    }

    private static float[] Room(NetworkEnsemble ensemble) => new float[ensemble.OutputCount];

    private static float[] Outputs(NetworkEnsemble ensemble, float[] features)
    {
        var outputs = Room(ensemble);
        ensemble.Forward(features, outputs);
        return outputs;
    }

    private static float Forward(NetworkEnsemble ensemble, float[] features) => Outputs(ensemble, features)[0];
}
