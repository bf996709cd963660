using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;

namespace Alice.ML.Tests.Models.Onnx;

/// <summary>model.SaveAsOnnx, read back by ONNX Runtime.</summary>
[TestClass]
public class OnnxModelTests
{
    private const int FeatureCount = 6;
    private const double Tolerance = 1e-5;

    private readonly MLContext _context = new(seed: 1);
    private readonly float[][] _features =
        [.. TestModels.Rows(seed: 1, count: 40, FeatureCount).Select(row => row.Features)];

    public static IEnumerable<object[]> Cases =>
        from task in Enum.GetValues<TestTask>()
        from activation in Enum.GetValues<Activation>()
        from hidden in new int[][] { [], [64, 64], [3, 2, 17] }
        select new object[] { task, activation, hidden };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void The_scores_are_those_of_the_model(TestTask task, Activation activation, int[] hidden)
    {
        var network = TestTasks.Network(task, activation, seed: 2, [FeatureCount, .. hidden]);
        var outputs = OnnxScores.Run(Save(task, network), _features);
        var scores = outputs["score"].Floats();
        AssertScores(network, scores);
        if (task == TestTask.Binary)
        {
            CollectionAssert.AreEqual(scores.Select(s => s > 0).ToArray(), outputs["label"]);
            foreach (var (score, probability) in scores.Zip(outputs["probability"].Floats()))
                Assert.AreEqual(1 / (1 + Math.Exp(-score)), probability, Tolerance);
        }
        else if (task == TestTask.Multiclass)
        {
            var classes = scores.Chunk(network.OutputCount).Select(p => (long)Array.IndexOf(p, p.Max())).ToArray();
            CollectionAssert.AreEqual(classes, outputs["label"]);
        }
    }

    [TestMethod]
    [DataRow(TestTask.Regression)]
    [DataRow(TestTask.PoissonRegression)]
    [DataRow(TestTask.Binary)]
    [DataRow(TestTask.Multiclass)]
    public void The_scores_of_an_ensemble_with_encoders_are_those_of_the_model(TestTask task)
    {
        var ensemble = TestEnsembles.Mixed(task, seed: 3, FeatureCount, members: 4, 16);
        AssertScores(ensemble, OnnxScores.Run(Save(task, ensemble), _features)["score"].Floats());
    }

    [TestMethod]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(true, true)]
    public void The_columns_of_a_regression_model_are_there(bool addsStandardDeviation, bool hasQuantiles)
    {
        float[] levels = hasQuantiles ? [0.1f, 0.5f, 0.9f] : [];
        var encoder = TestEnsembles.Encoder(seed: 1, FeatureCount);
        var outputs = 1 + levels.Length;
        var ensemble = new NetworkEnsemble(
        [
            new(TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, 8, outputs)),
            new(TestModels.Network(Activation.ReLU, seed: 2, encoder.OutputCount, 8, outputs), encoder),
            new(TestModels.Network(Activation.Tanh, seed: 3, FeatureCount, outputs)),
        ]);
        var model = new AliceRegressionModelParameters(_context, ensemble, addsStandardDeviation, levels);
        using var stream = new MemoryStream();
        model.SaveAsOnnx(stream);
        var found = OnnxScores.Run(stream.ToArray(), _features);
        Assert.HasCount(1 + (addsStandardDeviation ? 1 : 0) + (hasQuantiles ? 1 : 0), found);
        var (scores, spread) = (new float[outputs], new float[outputs]);
        for (var row = 0; row < _features.Length; row++)
        {
            ensemble.Forward(_features[row], scores, spread);
            scores.AsSpan(1).Sort();
            AssertClose(scores[..1], [(float)found["score"][row]]);
            if (addsStandardDeviation)
                AssertClose(spread[..1], [(float)found["scoreStandardDeviation"][row]]);
            if (hasQuantiles)
                AssertClose(scores[1..], found["quantiles"].Floats()[(3 * row)..(3 * row + 3)]);
        }
    }

    [TestMethod]
    [DataRow(TestTask.Regression, "score Float [-1,1]")]
    [DataRow(TestTask.PoissonRegression, "score Float [-1,1]")]
    [DataRow(TestTask.Binary, "score Float [-1,1]; probability Float [-1,1]; label Bool [-1,1]")]
    [DataRow(TestTask.Multiclass, "score Float [-1,3]; label Int64 [-1]")]
    public void The_inputs_and_outputs_are_those_of_the_documentation(TestTask task, string outputs)
    {
        var network = TestTasks.Network(task, Activation.ReLU, seed: 2, FeatureCount, 8);
        using var session = new InferenceSession(Save(task, network));
        Assert.AreEqual("features Float [-1,6]", Describe(session.InputMetadata));
        Assert.AreEqual(outputs, Describe(session.OutputMetadata));
        Assert.AreEqual("batch", session.InputMetadata["features"].SymbolicDimensions[0]);
        Assert.AreEqual("Alice.ML", session.ModelMetadata.ProducerName);
    }

    [TestMethod]
    public void The_stream_stays_open_and_null_is_refused()
    {
        var model = new AliceRegressionModelParameters(_context, new DenseNetwork([1, 1], Activation.ReLU, [1, 2]));
        using var stream = new MemoryStream();
        model.SaveAsOnnx(stream);
        Assert.IsGreaterThan(0, stream.Position);
        Assert.ThrowsExactly<ArgumentNullException>(() => model.SaveAsOnnx(null!));
    }

    private void AssertScores(NetworkEnsemble ensemble, float[] scores)
    {
        Assert.HasCount(_features.Length * ensemble.OutputCount, scores);
        var expected = new float[ensemble.OutputCount];
        foreach (var (features, actual) in _features.Zip(scores.Chunk(expected.Length)))
        {
            ensemble.Forward(features, expected);
            AssertClose(expected, actual);
        }
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        for (var o = 0; o < expected.Length; o++)
            Assert.AreEqual(expected[o], actual[o], Tolerance * Math.Max(1, Math.Abs(expected[o])), $"output {o}");
    }

    private byte[] Save(TestTask task, NetworkEnsemble ensemble)
    {
        using var stream = new MemoryStream();
        switch (task)
        {
            case TestTask.Binary:
                AliceBinaryModelParameters.Calibrated(_context, ensemble).SubModel.SaveAsOnnx(stream);
                break;
            case TestTask.Multiclass:
                new AliceMulticlassModelParameters(_context, ensemble).SaveAsOnnx(stream);
                break;
            default:
                new AliceRegressionModelParameters(_context, ensemble).SaveAsOnnx(stream);
                break;
        }
        return stream.ToArray();
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> values) => string.Join("; ",
        values.Select(v => $"{v.Key} {v.Value.ElementDataType} [{string.Join(',', v.Value.Dimensions)}]"));
}
