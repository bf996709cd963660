using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Tests.Models.Onnx;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Models;

/// <summary>What a model does to features that are missing, out of range or infinite.</summary>
[TestClass]
public class FeaturePreparationTests
{
    private static FeaturePreparation Preparation(int seed, int columns)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, columns).Select(c => new AliceFeature(
            c % 3 == 0 ? 0 : 10 * random.NextSingle() - 5, c % 11 == 10 ? 0
            : 0.1f + random.NextSingle(), -1 - random.NextSingle(),
            1 + random.NextSingle(), c % 4 == 1))]);
    }

    /// <summary>Rows with values in range and out of it, zeros, missing and infinite ones.</summary>
    private static float[] Row(Random random, int columns) =>
        [.. Enumerable.Range(0, columns).Select(_ => random.Next(8) switch
    {
        0 or 1 or 2 => 0,
        3 => float.NaN,
        4 => random.Next(2) == 0 ? float.PositiveInfinity : float.NegativeInfinity,
        5 => (float)Math.Exp(80 * random.NextDouble()),
        _ => 20 * random.NextSingle() - 10,
    })];

    private static double Reference(AliceFeature feature, double x)
    {
        var z = (x - feature.Center) * feature.Scale;
        if (double.IsNaN(z))
            return 0;
        var width = 0.1 * ((double)feature.Upper - feature.Lower);
        double Excess(double t) => t <= 0 ? 0 : double.IsInfinity(t) ? width : t * width / (t + width);
        return Math.Clamp(z, feature.Lower, feature.Upper) + Excess(z - feature.Upper) - Excess(feature.Lower - z);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(15)]
    [DataRow(40)]
    public void Features_are_scaled_held_near_their_range_and_marked_where_they_are_missing(int columns)
    {
        var preparation = Preparation(seed: 1, columns);
        var random = new Random(2);
        for (var r = 0; r < 200; r++)
        {
            var row = Row(random, columns);
            var prepared = new float[preparation.OutputCount];
            preparation.Prepare(row, prepared);
            for (var c = 0; c < columns; c++)
                Assert.AreEqual(Reference(preparation.Features[c], row[c]), prepared[c], 1e-5);
            for (var k = 0; k < preparation.Indicators.Length; k++)
                Assert.AreEqual(float.IsNaN(row[preparation.Indicators[k]]) ? 1 : 0, prepared[columns + k]);
        }
    }

    [TestMethod]
    public void A_row_may_be_prepared_in_place()
    {
        var preparation = Preparation(seed: 1, 21);
        var row = Row(new Random(1), 21);
        var apart = new float[preparation.OutputCount];
        preparation.Prepare(row, apart);
        var inPlace = new float[preparation.OutputCount];
        row.CopyTo(inPlace, 0);
        preparation.Prepare(inPlace.AsSpan(0, 21), inPlace);
        CollectionAssert.AreEqual(apart, inPlace);
    }

    [TestMethod]
    public void The_bounds_are_smooth_and_keep_the_order()
    {
        var preparation = new FeaturePreparation([new(0, 1, -2, 3, false)]);
        var last = double.NegativeInfinity;
        for (var x = -20f; x < 20; x += 0.01f)
        {
            float[] z = [x];
            preparation.Prepare(z, z);
            Assert.IsGreaterThan(last, z[0]);
            if (x > -19.9)
                Assert.IsLessThan(0.011, z[0] - last, "never steeper than the number itself");
            last = z[0];
        }
        Assert.IsLessThan(4, last);
    }

    [TestMethod]
    [DataRow(10)]
    [DataRow(400)]
    public void Sparse_rows_score_the_same_bits_as_dense_ones(int columns)
    {
        var preparation = columns < 100
            ? Preparation(seed: 3, columns)
            : new FeaturePreparation([.. Enumerable.Range(0, columns).Select(c =>
                c % 50 == 7 ? new AliceFeature(2, 0.5f, -1, 4, true) : new AliceFeature(0, 1, 0, 2, c % 3 == 0))]);
        var ensemble = new NetworkEnsemble(
            TestEnsembles.Mixed(TestTask.Regression, seed: 1, preparation.OutputCount, members: 3, 8).Members,
            preparation, new OutputRange(-1, 1));
        var random = new Random(4);
        for (var r = 0; r < 50; r++)
        {
            var row = Row(random, columns);
            var stored = Enumerable.Range(0, columns).Where(c => row[c] != 0 && (columns < 100 || c % 10 == r % 10))
                .ToArray();
            var dense = new float[columns];
            foreach (var c in stored)
                dense[c] = row[c];
            var sparse = new VBuffer<float>(columns, stored.Length, [.. stored.Select(c => dense[c])], stored);
            var (a, b) = (new float[1], new float[1]);
            ensemble.Forward(dense, a);
            ensemble.Forward(in sparse, b);
            Assert.IsTrue(float.IsFinite(a[0]));
            Assert.AreEqual(a[0], b[0]);
        }
    }

    [TestMethod]
    public void A_range_holds_scores_near_the_labels()
    {
        var network = new DenseNetwork([1, 1], Activation.ReLU, [1, 0]);
        var ensemble = new NetworkEnsemble([new(network)], null, new OutputRange(-10, 30));
        float Score(float x)
        {
            var score = new float[1];
            ensemble.Forward([x], score);
            return score[0];
        }
        Assert.AreEqual(12.5f, Score(12.5f));
        Assert.AreEqual(30 + 4 * 4 / 8f, Score(34), 1e-5f);
        Assert.AreEqual(34, Score(3e38f), 1e-3f);
        Assert.AreEqual(-14, Score(-3e38f), 1e-3f);
    }

    [TestMethod]
    public void Onnx_prepares_the_same()
    {
        var preparation = Preparation(seed: 1, 9);
        var ensemble = new NetworkEnsemble(
            TestEnsembles.Mixed(TestTask.Regression, seed: 1, preparation.OutputCount, members: 2, 8).Members,
            preparation, new OutputRange(-1, 1));
        var model = new AliceRegressionModelParameters(new Microsoft.ML.MLContext(1), ensemble);
        using var stream = new MemoryStream();
        model.SaveAsOnnx(stream);
        var random = new Random(5);
        float[][] rows = [.. Enumerable.Range(0, 60).Select(_ => Row(random, 9))];
        var scores = OnnxScores.Run(stream.ToArray(), rows)["score"].Floats();
        foreach (var (row, score) in rows.Zip(scores))
        {
            var expected = new float[1];
            ensemble.Forward(row, expected);
            Assert.AreEqual(expected[0], score, 1e-5f);
        }
    }

    [TestMethod]
    public void A_preparation_is_saved_with_its_networks()
    {
        var preparation = Preparation(seed: 1, 9);
        var ensemble = new NetworkEnsemble(
            TestEnsembles.Mixed(TestTask.Regression, seed: 1, preparation.OutputCount, members: 2, 8).Members,
            preparation, new OutputRange(-1, 1));
        var bytes = ModelFile.Bytes(ensemble);
        var loaded = NetworkEnsemble.Load(new BinaryReader(new MemoryStream(bytes)), bytes.Length);
        CollectionAssert.AreEqual(preparation.Features.ToArray(), loaded.Preparation!.Features.ToArray());
        Assert.AreEqual(ensemble.Range![0], loaded.Range![0]);
    }

    [TestMethod]
    public void Preparations_that_cannot_be_are_refused()
    {
        string Message(AliceFeature feature) =>
            Assert.ThrowsExactly<ArgumentException>(() => new FeaturePreparation([new(0, 1, 0, 1, false), feature]))
                .Message;
        StringAssert.StartsWith(Message(new(float.NaN, 1, 0, 1, false)),
            "Feature 1 has center NaN and scale 1; both must be finite");
        StringAssert.StartsWith(Message(new(0, -1, 0, 1, false)), "Feature 1 has center 0 and scale -1");
        StringAssert.StartsWith(Message(new(0, 1, 2, 1, false)),
            "Feature 1 has the bounds 2 and 1; they must be finite and ascending");
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentException>(() => new NetworkEnsemble(
                [new(new DenseNetwork([3, 1], Activation.ReLU, [1, 1, 1, 0]))],
                new FeaturePreparation([new(0, 1, 0, 1, true)]))).Message,
            "The preparation gives 2 values, and the networks take 3.");
    }
}
