using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Calibrators;
using Microsoft.ML.Data;
using Microsoft.ML.Model;

namespace Alice.ML.Tests.Models;

[TestClass]
public class ClassificationModelTests
{
    private const int FeatureCount = 6;

    private readonly MLContext _context = new(seed: 1);
    private readonly IDataView _data;
    private readonly Row[] _rows = TestModels.Rows(seed: 1, count: 100, FeatureCount);

    public ClassificationModelTests() => _data = TestTasks.View(_context, _rows, FeatureCount);

    [TestMethod]
    public void A_binary_model_gives_log_odds_their_probability_and_the_label()
    {
        var network = TestTasks.Network(TestTask.Binary, Activation.ReLU, seed: 2, FeatureCount, 8);
        var scored = TestTasks.Transformer(TestTask.Binary, _context, network, _data.Schema).Transform(_data);
        var scores = scored.GetColumn<float>("Score").ToArray();
        CollectionAssert.AreEqual(_rows.Select(r => TestModels.Forward(network, r.Features)).ToArray(), scores);
        CollectionAssert.AreEqual(
            scores.Select(s => s > 0).ToArray(), scored.GetColumn<bool>("PredictedLabel").ToArray());
        var probabilities = scored.GetColumn<float>("Probability").ToArray();
        for (var i = 0; i < scores.Length; i++)
            Assert.AreEqual(1 / (1 + Math.Exp(-scores[i])), probabilities[i], 1e-7);
        Assert.IsTrue(scores.Min() < 0 && scores.Max() > 0, "both labels are predicted");
    }

    [TestMethod]
    public void A_loaded_binary_model_has_the_type_of_the_fitted_one()
    {
        var network = TestTasks.Network(TestTask.Binary, Activation.ReLU, seed: 2, FeatureCount, 8);
        var model = TestTasks.Transformer(TestTask.Binary, _context, network, _data.Schema);
        var loaded = ModelFile.SaveAndLoad(_context, model, _data.Schema);
        Assert.IsInstanceOfType<BinaryPredictionTransformer<
            CalibratedModelParametersBase<AliceBinaryModelParameters, PlattCalibrator>>>(loaded);
    }

    [TestMethod]
    public void A_multiclass_model_gives_probabilities_and_the_key_of_the_largest()
    {
        var network = TestTasks.Network(TestTask.Multiclass, Activation.ReLU, seed: 2, FeatureCount, 8);
        var model = TestTasks.Transformer(TestTask.Multiclass, _context, network, _data.Schema);
        var scored = model.Transform(_data);
        var probabilities = scored.GetColumn<float[]>("Score").ToArray();
        var expected = new float[3];
        for (var i = 0; i < _rows.Length; i++)
        {
            network.Forward(_rows[i].Features, expected);
            CollectionAssert.AreEqual(expected, probabilities[i]);
            Assert.AreEqual(1, probabilities[i].Sum(), 1e-6);
        }
        var predicted = probabilities.Select(p => TestTasks.ClassNames[Array.IndexOf(p, p.Max())]).ToArray();
        Assert.HasCount(3, predicted.Distinct());
        var names = _context.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel").Fit(scored);
        CollectionAssert.AreEqual(predicted, names.Transform(scored).GetColumn<string>("Name").ToArray());

        var metrics = _context.MulticlassClassification.Evaluate(scored, nameof(Row.Species));
        Assert.AreEqual(_rows.Zip(predicted).Average(pair => pair.First.Species == pair.Second ? 1.0 : 0),
            metrics.MicroAccuracy, 1e-12);
    }

    [TestMethod]
    public void A_loaded_multiclass_model_knows_the_names_of_the_classes()
    {
        var network = TestTasks.Network(TestTask.Multiclass, Activation.ReLU, seed: 2, FeatureCount, 8);
        var model = TestTasks.Transformer(TestTask.Multiclass, _context, network, _data.Schema);
        var loaded = ModelFile.SaveAndLoad(_context, model, _data.Schema);
        // Only features come in: the names are the model's own.
        var scored = loaded.Transform(TestModels.View(_context, _rows, FeatureCount));
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        scored.Schema["Score"].GetSlotNames(ref names);
        CollectionAssert.AreEqual(TestTasks.ClassNames, names.DenseValues().Select(n => n.ToString()).ToArray());
        scored.Schema["PredictedLabel"].GetKeyValues(ref names);
        CollectionAssert.AreEqual(TestTasks.ClassNames, names.DenseValues().Select(n => n.ToString()).ToArray());
    }

    [TestMethod]
    public void A_multiclass_mapper_allocates_nothing_after_the_first_row()
    {
        var network = TestTasks.Network(TestTask.Multiclass, Activation.ReLU, seed: 2, FeatureCount, 8);
        var mapper = ((IValueMapper)new AliceMulticlassModelParameters(_context, network))
            .GetMapper<VBuffer<float>, VBuffer<float>>();
        var features = new VBuffer<float>(FeatureCount, _rows[0].Features);
        var probabilities = default(VBuffer<float>);
        for (var i = 0; i < 100; i++)
            mapper(in features, ref probabilities);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            mapper(in features, ref probabilities);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void The_summaries_name_the_model_and_what_follows_the_last_layer()
    {
        float[] weights = [3, 3, 3, 3, 0, 0];
        var multiclass = new AliceMulticlassModelParameters(
            _context, new DenseNetwork([2, 2], Activation.ReLU, weights, OutputTransform.Softmax));
        Assert.AreEqual(
            "AliceMulticlassModelParameters: 2-2, ReLU, Softmax, 6 parameters\n  2 → 2, rms of weights 3",
            multiclass.ToString().ReplaceLineEndings("\n"));

        var binary = AliceBinaryModelParameters.Calibrated(
            _context, new DenseNetwork([2, 1], Activation.Tanh, [3, -3, 1]));
        const string Expected = "AliceBinaryModelParameters: 2-1, Tanh, 3 parameters\n  2 → 1, rms of weights 3";
        Assert.AreEqual(Expected, binary.SubModel.ToString().ReplaceLineEndings("\n"));
        using var writer = new StringWriter();
        ((ICanSaveSummary)binary).SaveSummary(writer, null!);
        Assert.AreEqual(Expected + "\n", writer.ToString().ReplaceLineEndings("\n"));
    }
}
