using System.Numerics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Alice.ML.Neighbors;

/// <summary>ml.Model.ConvertToOnnx of Microsoft.ML.OnnxConverter, read by ONNX Runtime.</summary>
[TestClass]
public sealed class OnnxConverterTests
{
    private const double Tolerance = 1e-4;
    private static readonly string[] _columns = ["Score", "Quantiles", "Probability", "PredictedLabel"];
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow("regression", "Score")]
    [DataRow("quantiles", "Score Quantiles")]
    [DataRow("binary", "Score Probability PredictedLabel")]
    [DataRow("multiclass", "Score PredictedLabel")]
    public void A_pipeline_gives_the_columns_of_its_model(string task, string columns)
    {
        var data = Row.View(_ml, 200);
        var model = Row.Pipeline(_ml, task).Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.ConvertToOnnx(model, data, 12, stream);

        var scored = model.Transform(data);
        var outputs = Run(stream.ToArray(), data);
        foreach (var column in columns.Split(' '))
        {
            var expected = Values(scored, column);
            var actual = outputs[$"{column}.output"];
            Assert.HasCount(expected.Length, actual);
            for (var i = 0; i < expected.Length; i++)
                Assert.AreEqual(expected[i], actual[i], Tolerance * (1 + Math.Abs(expected[i])), $"{column}, {i}");
        }
        Assert.IsGreaterThan(1, Values(scored, "Score").Distinct().Count());
    }

    private static Dictionary<string, double[]> Run(byte[] model, IDataView data)
    {
        var features = data.GetColumn<float[]>(nameof(Row.Features)).ToArray();
        using var session = new InferenceSession(model);
        var owned = new List<OrtValue>();
        try
        {
            // Columns that nothing reads are inputs too: labels, of which any values will do.
            foreach (var (name, input) in session.InputMetadata)
                owned.Add(Input(name, input, features));
            using var options = new RunOptions();
            using var outputs = session.Run(options, [.. session.InputMetadata.Keys], owned, session.OutputNames);
            return session.OutputNames.Zip(outputs).Where(pair => _columns.Any(pair.First.StartsWith))
                .ToDictionary(pair => pair.First, pair => Numbers(pair.Second));
        }
        finally
        {
            owned.ForEach(value => value.Dispose());
        }
    }

    private static OrtValue Input(string name, NodeMetadata input, float[][] features)
    {
        var rows = features.Length;
        if (name == nameof(Row.Features))
            return OrtValue.CreateTensorValueFromMemory(features.SelectMany(row => row).ToArray(), [rows, Row.Inputs]);
        if (input.IsString)
            return OrtValue.CreateFromStringTensor(new DenseTensor<string>(
                Enumerable.Repeat("low", rows).ToArray(), [rows, 1]));
        return input.ElementType == typeof(bool)
            ? OrtValue.CreateTensorValueFromMemory(new bool[rows], [rows, 1])
            : OrtValue.CreateTensorValueFromMemory(new float[rows], [rows, 1]);
    }

    private static double[] Numbers(OrtValue value) => value.GetTensorTypeAndShape().ElementDataType switch
    {
        TensorElementType.Float => Doubles<float>(value),
        TensorElementType.UInt32 => Doubles<uint>(value),
        TensorElementType.Bool => [.. value.GetTensorDataAsSpan<bool>().ToArray().Select(flag => flag ? 1.0 : 0)],
        var other => throw new NotSupportedException($"{other}"),
    };

    private static double[] Doubles<T>(OrtValue value)
        where T : unmanaged, INumber<T> =>
            [.. value.GetTensorDataAsSpan<T>().ToArray().Select(double.CreateChecked)];

    private static double[] Values(IDataView data, string column) => data.Schema[column].Type switch
    {
        VectorDataViewType => [.. data.GetColumn<float[]>(column).SelectMany(row => row).Select(v => (double)v)],
        BooleanDataViewType => [.. data.GetColumn<bool>(column).Select(v => v ? 1.0 : 0)],
        KeyDataViewType => [.. data.GetColumn<uint>(column).Select(v => (double)v)],
        _ => [.. data.GetColumn<float>(column).Select(v => (double)v)],
    };
}
