using Microsoft.ML.OnnxRuntime;

namespace Alice.ML.Tests.Models.Onnx;

/// <summary>Runs an ONNX model in ONNX Runtime.</summary>
internal static class OnnxScores
{
    /// <summary>The values of every output for rows of features, which are the model's only input.</summary>
    public static Dictionary<string, object[]> Run(byte[] model, float[][] rows)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model, options);
        using var features = OrtValue.CreateTensorValueFromMemory(
            rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, session.InputNames, [features], session.OutputNames);
        return session.OutputNames.Zip(outputs).ToDictionary(pair => pair.First, pair => Values(pair.Second));
    }

    public static float[] Floats(this object[] values) => [.. values.Cast<float>()];

    private static object[] Values(OrtValue tensor) => tensor.GetTensorTypeAndShape().ElementDataType switch
    {
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => Boxed<float>(tensor),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => Boxed<long>(tensor),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt32 => Boxed<uint>(tensor),
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Bool => Boxed<bool>(tensor),
        var other => throw new NotSupportedException($"{other}"),
    };

    private static object[] Boxed<T>(OrtValue tensor)
        where T : unmanaged => [.. tensor.GetTensorDataAsSpan<T>().ToArray().Cast<object>()];
}
