using Alice.ML.Models;
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
        Assert.HasCount(_features.Length * network.OutputCount, scores);
        for (var row = 0; row < _features.Length; row++)
        {
            var expected = new float[network.OutputCount];
            network.Forward(_features[row], expected);
            for (var o = 0; o < expected.Length; o++)
                Assert.AreEqual(expected[o], scores[row * expected.Length + o],
                    Tolerance * Math.Max(1, Math.Abs(expected[o])), $"row {row}, output {o}");
        }
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

    private byte[] Save(TestTask task, DenseNetwork network)
    {
        using var stream = new MemoryStream();
        switch (task)
        {
            case TestTask.Binary:
                AliceBinaryModelParameters.Calibrated(_context, network).SubModel.SaveAsOnnx(stream);
                break;
            case TestTask.Multiclass:
                new AliceMulticlassModelParameters(_context, network).SaveAsOnnx(stream);
                break;
            default:
                new AliceRegressionModelParameters(_context, network).SaveAsOnnx(stream);
                break;
        }
        return stream.ToArray();
    }

    private static string Describe(IReadOnlyDictionary<string, NodeMetadata> values) => string.Join("; ",
        values.Select(v => $"{v.Key} {v.Value.ElementDataType} [{string.Join(',', v.Value.Dimensions)}]"));
}
