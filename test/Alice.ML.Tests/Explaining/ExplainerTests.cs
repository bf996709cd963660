using Alice.ML.Models;
using Alice.ML.Models.Explaining;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Alice.ML.Tests.Models;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Explaining;

/// <summary>Contributions of features to the scores of networks that no trainer made.</summary>
[TestClass]
public class ExplainerTests
{
    private const int Inputs = 6;

    public static IEnumerable<object[]> Cases =>
        from task in Enum.GetValues<TestTask>()
        from activation in Enum.GetValues<Activation>()
        from hidden in new int[][] { [], [5], [40, 3, 17] }
        select new object[] { task, activation, hidden };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Base_and_contributions_add_up_to_the_score(TestTask task, Activation activation, int[] hidden)
    {
        var ensemble = Ensemble(task, activation, hidden);
        var explainer = new Explainer(ensemble);
        foreach (var row in Rows(20))
        {
            var (start, contributions) = Explain(explainer, ensemble, row);
            Assert.IsTrue(contributions.All(float.IsFinite), string.Join(' ', contributions));
            var score = Score(ensemble, row);
            Assert.AreEqual(score, start + contributions.Sum(c => (double)c), Tolerance(ensemble));
            Assert.AreEqual(ensemble.Background.Average(b => Score(ensemble, b.DenseValues().ToArray())), start,
                Tolerance(ensemble));
        }
    }

    [TestMethod]
    public void Missing_values_and_extreme_ones_contribute_and_are_finite()
    {
        var ensemble = Ensemble(TestTask.Regression, Activation.GELU, [20, 10]);
        var explainer = new Explainer(ensemble);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -float.MaxValue })
            for (var feature = 0; feature < Inputs; feature++)
            {
                var row = Rows(1)[0];
                row[feature] = bad;
                var (start, contributions) = Explain(explainer, ensemble, row);
                Assert.AreNotEqual(0, contributions[feature]);
                Assert.AreEqual(Score(ensemble, row), start + contributions.Sum(c => (double)c), Tolerance(ensemble));
            }
    }

    [TestMethod]
    public void A_linear_network_gives_the_weight_times_the_distance_from_the_mean()
    {
        float[] weights = [2, -3, 0, 7];
        var ensemble = new NetworkEnsemble([new(new DenseNetwork([3, 1], Activation.ReLU, weights))], background:
            [new(3, [1, 2, 3]), new(3, 1, [4], [1])]);
        var (start, contributions) = Explain(new Explainer(ensemble), ensemble, [5, 6, 7]);
        Assert.AreEqual((2 - 6 + 7 + (-12 + 7)) / 2.0, start, 1e-6);
        CollectionAssert.AreEqual(new float[] { 9, -9, 0 }, contributions);
    }

    [TestMethod]
    public void A_feature_as_in_every_background_row_contributes_nothing()
    {
        var ensemble = Ensemble(TestTask.Binary, Activation.ReLU, [30, 30]);
        var same = ensemble.Background.Select(row => { var v = row.DenseValues().ToArray(); v[2] = 0.7f; return v; });
        ensemble = ensemble.WithBackground([.. same.Select(v => new VBuffer<float>(Inputs, v))]);
        var row = Rows(1)[0];
        row[2] = 0.7f;
        var (_, contributions) = Explain(new Explainer(ensemble), ensemble, row);
        Assert.AreEqual(0, contributions[2], 1e-6f);
        Assert.AreNotEqual(0, contributions[1], 1e-3f);
    }

    [TestMethod]
    public void The_log_odds_of_a_class_are_those_of_the_mean_probability()
    {
        var ensemble = Ensemble(TestTask.Multiclass, Activation.SiLU, [10]);
        var explainer = new Explainer(ensemble);
        var probabilities = new float[ensemble.OutputCount];
        foreach (var row in Rows(10))
        {
            ensemble.Forward(row, probabilities);
            for (var k = 0; k < probabilities.Length; k++)
            {
                var contributions = new float[Inputs];
                var start = explainer.Explain(row, ScoreFunction.LogOdds(k, probabilities.Length), contributions);
                Assert.AreEqual(Math.Log(probabilities[k] / (1 - (double)probabilities[k])),
                    start + contributions.Sum(c => (double)c), 1e-3);
            }
        }
    }

    [TestMethod]
    public void The_background_is_saved_and_gives_the_same_contributions()
    {
        var ensemble = Ensemble(TestTask.Regression, Activation.ReLU, [9]);
        ensemble = ensemble.WithBackground([.. ensemble.Background, new(Inputs, 2, [3, float.NaN], [1, 5]), new(Inputs,
            0, [], [])]);
        using var reader = new BinaryReader(new MemoryStream(ModelFile.Bytes(ensemble)));
        var loaded = NetworkEnsemble.Load(reader, reader.BaseStream.Length);
        Assert.AreEqual(0, reader.BaseStream.Length - reader.BaseStream.Position);
        Assert.HasCount(ensemble.Background.Count, loaded.Background);
        foreach (var (before, after) in ensemble.Background.Zip(loaded.Background))
            CollectionAssert.AreEqual(before.DenseValues().ToArray(), after.DenseValues().ToArray());
        var row = Rows(1)[0];
        CollectionAssert.AreEqual(Explain(new Explainer(ensemble), ensemble, row).Contributions,
            Explain(new Explainer(loaded), loaded, row).Contributions);
        Assert.HasCount(ensemble.Background.Count, loaded.With(loaded.Members).Background, "with other networks");
    }

    [TestMethod]
    public void A_background_row_of_another_length_is_refused() => StringAssert.StartsWith(
        Assert.ThrowsExactly<ArgumentException>(() =>
            Ensemble(TestTask.Binary, Activation.ReLU, []).WithBackground([new(2, [1, 2])])).Message,
        "A background row has 2 features, and the model 6.");

    [TestMethod]
    public void A_model_without_background_compares_with_the_means_and_one_without_these_says_so()
    {
        var ensemble = Ensemble(TestTask.Regression, Activation.ReLU, [9]).WithBackground([]);
        var row = Rows(1)[0];
        var (start, contributions) = Explain(new Explainer(ensemble), ensemble, row);
        float[] means = [.. ensemble.Preparation!.Features.Select(feature => feature.Center)];
        Assert.AreEqual(Score(ensemble, means), start, Tolerance(ensemble));
        Assert.AreEqual(Score(ensemble, row), start + contributions.Sum(c => (double)c), Tolerance(ensemble));
        StringAssert.StartsWith(Assert.ThrowsExactly<InvalidOperationException>(() =>
            new Explainer(new NetworkEnsemble(ensemble.Members))).Message, "The model was saved by Alice.ML 0.1 and");
    }

    /// <summary>Raw and encoded networks behind a preparation with indicators, and 12 background rows.</summary>
    private static NetworkEnsemble Ensemble(TestTask task, Activation activation, int[] hidden)
    {
        var preparation = new FeaturePreparation([.. Enumerable.Range(0, Inputs).Select(c =>
            new AliceFeature(0.1f * c, 1 + 0.2f * c, -1, 1, HasMissingIndicator: c < 2))]);
        var inputs = preparation.OutputCount;
        return new NetworkEnsemble(
            [
                new(TestTasks.Network(task, activation, 1, [inputs, .. hidden])),
                TestEnsembles.Encoded(task, activation, 2, inputs, hidden),
                TestEnsembles.Encoded(task, activation, 3, inputs, hidden),
            ],
            preparation, task == TestTask.Regression ? new OutputRanges(new OutputRange(-0.5f, 0.5f)) : null,
            [.. Rows(12, seed: 2).Select(row => new VBuffer<float>(Inputs, row))]);
    }

    private static float[][] Rows(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var row = TestModels.Features(random, Inputs);
            if (i % 4 == 1)
                row[i % 3] = float.NaN;
            return row;
        })];
    }

    private static (double Base, float[] Contributions) Explain(
        Explainer explainer, NetworkEnsemble ensemble, float[] row)
    {
        var contributions = new float[row.Length];
        return (explainer.Explain(row, Function(ensemble), contributions), contributions);
    }

    private static ScoreFunction Function(NetworkEnsemble ensemble) =>
        ensemble.OutputTransform == OutputTransform.Softmax ? ScoreFunction.LogOdds(1, ensemble.OutputCount)
            : ScoreFunction.Mean(ensemble.OutputTransform, ensemble.Range?[0]);

    private static double Score(NetworkEnsemble ensemble, float[] row)
    {
        var outputs = new float[ensemble.OutputCount];
        ensemble.Forward(row, outputs);
        return ensemble.OutputTransform == OutputTransform.Softmax
            ? Math.Log(outputs[1] / ((double)outputs[0] + outputs[2])) : outputs[0];
    }

    // Of the spread of the scores.
    private static double Tolerance(NetworkEnsemble ensemble)
    {
        double[] scores = [.. Rows(50, seed: 3).Select(row => Score(ensemble, row))];
        return 1e-4 * (scores.Max() - scores.Min());
    }
}
