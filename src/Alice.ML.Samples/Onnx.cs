using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;

namespace Alice.ML.Samples;

/// <summary>A trained network as an ONNX file, which Python, C++, Java, browsers and devices can score.</summary>
internal static class Onnx
{
    /// <summary>Trains, writes the file into a folder and scores a row with ONNX Runtime.</summary>
    /// <returns>How far its score lies from that of ML.NET.</returns>
    public static double Run(string folder, TextWriter output)
    {
        var ml = new MLContext(seed: 1);
        var model = ml.Regression.Trainers.Alice().Fit(ml.Data.LoadFromEnumerable(Points(1000)));
        var file = Path.Combine(folder, "model.onnx");
        using (var stream = File.Create(file))
            model.Model.SaveAsOnnx(stream);
        output.WriteLine($"{file}: {new FileInfo(file).Length / 1024} KiB");

        // The file takes features as they are: the network has their standardization inside.
        float[] features = [0.1f, 0.2f, 0.3f];
        using var session = new InferenceSession(file);
        using var input = OrtValue.CreateTensorValueFromMemory(features, [1, features.Length]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["features"], [input], ["score"]);
        var score = outputs[0].GetTensorDataAsSpan<float>()[0];

        var row = ml.Data.LoadFromEnumerable([new Point { Features = features }]);
        var expected = model.Transform(row).GetColumn<float>("Score").Single();
        output.WriteLine($"ONNX Runtime says {score:F5}, ML.NET says {expected:F5}");
        return Math.Abs(score - expected);
    }

    private static IEnumerable<Point> Points(int count)
    {
        var random = new Random(1);
        for (var i = 0; i < count; i++)
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
