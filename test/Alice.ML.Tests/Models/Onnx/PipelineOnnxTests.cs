using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using static Alice.ML.Models.Onnx.TensorProto.Types;

namespace Alice.ML.Tests.Models.Onnx;

/// <summary>
/// The way of mlContext.Model.ConvertToOnnx, with a stand-in for its OnnxContext: every transform of a pipeline writes
/// its nodes, and ONNX Runtime runs them.
/// </summary>
[TestClass]
public class PipelineOnnxTests
{
    private const int FeatureCount = 6;

    private readonly MLContext _context = new(seed: 1);
    private readonly Row[] _rows = TestModels.Rows(seed: 1, count: 40, FeatureCount);
    private readonly IDataView _data;

    public PipelineOnnxTests() => _data = TestTasks.View(_context, _rows, FeatureCount);

    public static IEnumerable<object[]> Cases =>
        from task in Enum.GetValues<TestTask>()
        from activation in Enum.GetValues<Activation>()
        from operatorSet in new[] { 9, 12 }
        select new object[] { task, activation, operatorSet };

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void A_pipeline_gives_the_columns_of_its_transformer(TestTask task, Activation activation, int operatorSet)
    {
        var normalizer = _context.Transforms.NormalizeMinMax(nameof(Row.Features)).Fit(_data);
        var network = TestTasks.Network(task, activation, seed: 2, FeatureCount, 8, 5);
        var schema = normalizer.GetOutputSchema(_data.Schema);
        var chain = normalizer.Append(TestTasks.Transformer(task, _context, network, schema));
        var scored = chain.Transform(_data);
        var context = new RecordingOnnxContext(operatorSet);
        context.AddInput(nameof(Row.Features), FeatureCount);
        Save(scored, context);
        CollectionAssert.Contains(context.Operations.ToArray(), "Gemm");

        var width = network.OutputCount;
        var outputs = OnnxScores.Run(
            context.Finish(task switch
            {
                TestTask.Binary => [("Score", DataType.Float, 1), ("Probability", DataType.Float, 1),
                    ("PredictedLabel", DataType.Bool, 1)],
                TestTask.Multiclass => [("Score", DataType.Float, width), ("PredictedLabel", DataType.Uint32, 1)],
                _ => [("Score", DataType.Float, 1)],
            }),
            [.. _rows.Select(row => row.Features)]);

        if (task == TestTask.Multiclass)
        {
            AssertClose(scored.GetColumn<float[]>("Score").SelectMany(s => s), outputs["Score"]);
            CollectionAssert.AreEqual(scored.GetColumn<uint>("PredictedLabel").ToArray(), outputs["PredictedLabel"]);
            return;
        }
        AssertClose(scored.GetColumn<float>("Score"), outputs["Score"]);
        if (task == TestTask.Binary)
        {
            AssertClose(scored.GetColumn<float>("Probability"), outputs["Probability"]);
            CollectionAssert.AreEqual(scored.GetColumn<bool>("PredictedLabel").ToArray(), outputs["PredictedLabel"]);
        }
    }

    [TestMethod]
    [DataRow(TestTask.Regression)]
    [DataRow(TestTask.Binary)]
    [DataRow(TestTask.Multiclass)]
    public void A_pipeline_of_an_ensemble_with_encoders_gives_its_scores(TestTask task)
    {
        var ensemble = TestEnsembles.Mixed(task, seed: 3, FeatureCount, members: 2, 16);
        var scored = TestTasks.Transformer(task, _context, ensemble, _data.Schema).Transform(_data);
        var context = new RecordingOnnxContext(operatorSet: 9);
        context.AddInput(nameof(Row.Features), FeatureCount);
        Save(scored, context);
        var outputs = OnnxScores.Run(
            context.Finish(("Score", DataType.Float, ensemble.OutputCount)), [.. _rows.Select(row => row.Features)]);
        AssertClose(task == TestTask.Multiclass
            ? scored.GetColumn<float[]>("Score").SelectMany(s => s)
            : scored.GetColumn<float>("Score"), outputs["Score"]);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_pipeline_gives_the_columns_of_a_regression_model(bool addsStandardDeviation)
    {
        var scored = WithQuantiles(addsStandardDeviation);
        var context = new RecordingOnnxContext(operatorSet: 11);
        context.AddInput(nameof(Row.Features), FeatureCount);
        Save(scored, context);
        List<(string, DataType, int)> columns = [("Score", DataType.Float, 1), ("Quantiles", DataType.Float, 2)];
        if (addsStandardDeviation)
            columns.Add(("ScoreStandardDeviation", DataType.Float, 1));
        var outputs = OnnxScores.Run(context.Finish([.. columns]), [.. _rows.Select(row => row.Features)]);
        AssertClose(scored.GetColumn<float>("Score"), outputs["Score"]);
        AssertClose(scored.GetColumn<float[]>("Quantiles").SelectMany(q => q), outputs["Quantiles"]);
        if (addsStandardDeviation)
            AssertClose(scored.GetColumn<float>("ScoreStandardDeviation"), outputs["ScoreStandardDeviation"]);
    }

    [TestMethod]
    public void A_pipeline_gives_the_columns_of_models_of_several_labels()
    {
        var ensemble = new NetworkEnsemble(
        [
            new(TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, 8, 6)),
            new(TestModels.Network(Activation.SiLU, seed: 2, FeatureCount, 8, 6)),
        ], range: new OutputRanges([.. Enumerable.Range(1, 6).Select(o => new OutputRange(-0.1f * o, 0.2f * o))]));
        var columns = new RegressionColumns(true, [0.1f, 0.9f], ["a", "b"]);
        var scored = new AliceMultioutputTransformer(_context,
            new AliceMultioutputModelParameters(_context, ensemble, columns), _data.Schema, nameof(Row.Features))
            .Transform(_data);
        Assert.IsTrue(AssertSame(scored, 11, ("Score", 2), ("ScoreStandardDeviation", 2), ("Quantiles", 4)));

        var multilabel = new AliceMultilabelTransformer(_context,
            new AliceMultilabelModelParameters(_context, ensemble, ["a", "b", "c", "d", "e", "f"]), _data.Schema,
            nameof(Row.Features)).Transform(_data);
        Assert.IsTrue(AssertSame(multilabel, 9, ("Score", 6), ("Probability", 6)));
    }

    private bool AssertSame(IDataView scored, int operatorSet, params (string Name, int Width)[] columns)
    {
        var context = new RecordingOnnxContext(operatorSet);
        context.AddInput(nameof(Row.Features), FeatureCount);
        Save(scored, context);
        var outputs = OnnxScores.Run(
            context.Finish([.. columns.Select(column => (column.Name, DataType.Float, column.Width))]),
            [.. _rows.Select(row => row.Features)]);
        foreach (var (name, _) in columns)
            AssertClose(scored.GetColumn<float[]>(name).SelectMany(values => values), outputs[name]);
        return outputs.Count == columns.Length;
    }

    [TestMethod]
    public void An_operator_set_that_cannot_sort_quantiles_is_refused()
    {
        var context = new RecordingOnnxContext(operatorSet: 10);
        context.AddInput(nameof(Row.Features), FeatureCount);
        var e = Assert.ThrowsExactly<NotSupportedException>(() => Save(WithQuantiles(false), context));
        Assert.AreEqual("AliceRegressionModelParameters: 11", e.Message);
    }

    [TestMethod]
    public void An_operator_set_without_Erf_is_refused()
    {
        var network = TestTasks.Network(TestTask.Regression, Activation.GELU, seed: 2, FeatureCount, 8);
        var scored = TestTasks.Transformer(TestTask.Regression, _context, network, _data.Schema).Transform(_data);
        var context = new RecordingOnnxContext(operatorSet: 8);
        context.AddInput(nameof(Row.Features), FeatureCount);
        var e = Assert.ThrowsExactly<NotSupportedException>(() => Save(scored, context));
        Assert.AreEqual("AliceRegressionModelParameters: 9", e.Message);
    }

    private IDataView WithQuantiles(bool addsStandardDeviation)
    {
        var ensemble = new NetworkEnsemble(
        [
            new(TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, 8, 3)),
            new(TestModels.Network(Activation.SiLU, seed: 2, FeatureCount, 8, 3)),
        ]);
        var model = new AliceRegressionModelParameters(_context, ensemble, addsStandardDeviation, [0.1f, 0.9f]);
        return new RegressionPredictionTransformer<AliceRegressionModelParameters>(
            _context, model, _data.Schema, nameof(Row.Features)).Transform(_data);
    }

    // As ML.NET's converter does: from the first transform after the data to the last.
    private void Save(IDataView view, OnnxContext context)
    {
        var transforms = new Stack<IDataTransform>();
        for (; view != _data; view = transforms.Peek().Source)
            transforms.Push((IDataTransform)view);
        foreach (var transform in transforms)
        {
            var onnx = (ITransformCanSaveOnnx)transform;
            Assert.IsTrue(onnx.CanSaveOnnx(context));
            onnx.SaveAsOnnx(context);
        }
    }

    private static void AssertClose(IEnumerable<float> expected, object[] actual)
    {
        Assert.AreEqual(expected.Count(), actual.Length);
        foreach (var (e, a) in expected.Zip(actual.Floats()))
            Assert.AreEqual(e, a, 1e-5 * Math.Max(1, Math.Abs(e)));
    }
}
