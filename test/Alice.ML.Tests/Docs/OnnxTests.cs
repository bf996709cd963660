using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Alice.ML.Tests.Docs;

/// <summary>The code in docs/onnx.md is the code below, which runs.</summary>
[TestClass]
public class OnnxTests
{
    [TestMethod]
    public void The_snippet_gives_the_score_of_the_model()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(Points());
        // <onnx>
        var model = ml.Regression.Trainers.Alice(numberOfEpochs: 5).Fit(data);
        using (var file = File.Create("model.onnx"))
            model.Model.SaveAsOnnx(file);

        // Any process with ONNX Runtime, in any language:
        using var session = new InferenceSession("model.onnx");
        float[] features = [0.1f, 0.2f, 0.3f];
        using var input = OrtValue.CreateTensorValueFromMemory(features, [1, 3]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["features"], [input], ["score"]);
        var score = outputs[0].GetTensorDataAsSpan<float>()[0];
        // </onnx>
        File.Delete("model.onnx");
        var expected = model.Transform(ml.Data.LoadFromEnumerable([new Point { Features = features }]));
        Assert.AreEqual(expected.GetColumn<float>("Score").Single(), score, 1e-5);
        Snippets.AssertShown("docs/onnx.md", "onnx");
    }

    private static IEnumerable<Point> Points()
    {
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            float[] features = [random.NextSingle(), random.NextSingle(), random.NextSingle()];
            yield return new Point { Features = features, Label = features[0] - features[1] * features[2] };
        }
    }

    private sealed class Point
    {
        [VectorType(3)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }
    }
}
