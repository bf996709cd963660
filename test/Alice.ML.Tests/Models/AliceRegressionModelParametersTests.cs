using Alice.ML.Models;
using Alice.ML.Models.Inputs;
using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Model;

namespace Alice.ML.Tests.Models;

[TestClass]
public class AliceRegressionModelParametersTests
{
    private const int FeatureCount = 6;

    private readonly MLContext _context = new(seed: 1);
    private readonly DenseNetwork _network = TestModels.Network(Activation.ReLU, seed: 1, FeatureCount, 64, 64, 1);
    private readonly Row[] _rows = TestModels.Rows(seed: 2, count: 300, FeatureCount);
    private readonly IDataView _data;
    private readonly RegressionPredictionTransformer<AliceRegressionModelParameters> _model;

    public AliceRegressionModelParametersTests()
    {
        _data = TestModels.View(_context, _rows, FeatureCount);
        _model = TestModels.Transformer(_context, _network, _data);
    }

    [TestMethod]
    public void Transform_scores_every_row()
    {
        var expected = _rows.Select(r => TestModels.Forward(_network, r.Features)).ToArray();
        CollectionAssert.AreEqual(expected, TestModels.Scores(_model, _data));
        Assert.AreEqual(NumberDataViewType.Single, _model.GetOutputSchema(_data.Schema)["Score"].Type);
    }

    [TestMethod]
    public void A_model_inside_a_pipeline_is_saved_and_loaded_with_it()
    {
        var normalizer = _context.Transforms.NormalizeMeanVariance(nameof(Row.Features)).Fit(_data);
        var chain = normalizer.Append(_model);
        using var stream = new MemoryStream();
        _context.Model.Save(chain, _data.Schema, stream);
        var loaded = _context.Model.Load(stream, out _);
        CollectionAssert.AreEqual(TestModels.Scores(chain, _data), TestModels.Scores(loaded, _data));
    }

    [TestMethod]
    public void A_prediction_engine_gives_the_same_bits()
    {
        using var engine = Engine();
        foreach (var row in _rows)
            Assert.AreEqual(TestModels.Forward(_network, row.Features), engine.Predict(row).Score);
    }

    [TestMethod]
    public void A_prediction_engine_allocates_nothing_per_row()
    {
        using var engine = Engine();
        var prediction = new Prediction();
        for (var i = 0; i < 100; i++)
            engine.Predict(_rows[i], ref prediction);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            engine.Predict(_rows[i], ref prediction);
        Assert.AreEqual(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Evaluate_measures_the_scores()
    {
        var metrics = _context.Regression.Evaluate(_model.Transform(_data));
        var expected = Math.Sqrt(_rows.Average(r => Math.Pow(r.Label - TestModels.Forward(_network, r.Features), 2)));
        Assert.AreEqual(expected, metrics.RootMeanSquaredError, 1e-6);
    }

    [TestMethod]
    public void Permutation_feature_importance_finds_the_only_feature_that_counts()
    {
        // Score and label are the third feature.
        var network = new DenseNetwork([FeatureCount, 1], Activation.ReLU, [0, 0, 1, 0, 0, 0, 0]);
        foreach (var row in _rows)
            row.Label = row.Features[2];
        var importance = _context.Regression.PermutationFeatureImportance(
            TestModels.Transformer(_context, network, _data), _data, permutationCount: 2);
        for (var f = 0; f < FeatureCount; f++)
            Assert.AreEqual(f == 2, importance[f].RSquared.Mean < -0.1, $"feature {f}: {importance[f].RSquared.Mean}");
    }

    [TestMethod]
    public void Features_of_another_length_are_refused_with_both_lengths()
    {
        var other = TestModels.View(_context, TestModels.Rows(seed: 3, count: 1, featureCount: 5), featureCount: 5);
        var e = Assert.Throws<Exception>(() => TestModels.Scores(_model, other));
        StringAssert.Contains(e.Message, "5");
        StringAssert.Contains(e.Message, "6");
    }

    [TestMethod]
    public void Layers_and_weights_are_there_to_read()
    {
        var network = new DenseNetwork([2, 3, 1], Activation.SiLU, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
        var parameters = new AliceRegressionModelParameters(_context, network);
        Assert.AreEqual(Activation.SiLU, parameters.Activation);
        Assert.AreEqual(2, parameters.Layers.Count);
        Assert.AreEqual(2, parameters.Layers[0].InputCount);
        Assert.AreEqual(3, parameters.Layers[0].OutputCount);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4, 5, 6 }, parameters.Layers[0].Weights.ToArray());
        CollectionAssert.AreEqual(new float[] { 7, 8, 9 }, parameters.Layers[0].Biases.ToArray());
        CollectionAssert.AreEqual(new float[] { 10, 11, 12 }, parameters.Layers[1].Weights.ToArray());
        CollectionAssert.AreEqual(new float[] { 13 }, parameters.Layers[1].Biases.ToArray());
    }

    [TestMethod]
    public void The_summary_names_layers_activation_and_parameters()
    {
        var network = new DenseNetwork([2, 2, 1], Activation.ReLU, [3, 3, 3, 3, 0, 0, 4, 3, 0]);
        var parameters = new AliceRegressionModelParameters(_context, network);
        var expected = string.Join(Environment.NewLine,
            "AliceRegressionModelParameters: 2-2-1, ReLU, 9 parameters",
            "  2 → 2, rms of weights 3",
            "  2 → 1, rms of weights 3.54");
        Assert.AreEqual(expected, parameters.ToString());

        using var writer = new StringWriter();
        ((ICanSaveSummary)parameters).SaveSummary(writer, null!);
        ((ICanSaveInTextFormat)parameters).SaveAsText(writer, null!);
        Assert.AreEqual(expected + Environment.NewLine + expected + Environment.NewLine, writer.ToString());
    }

    [TestMethod]
    public void Networks_and_the_edges_of_their_bins_are_there_to_read()
    {
        var raw = new DenseNetwork([2, 1], Activation.ReLU, [1, 2, 3]);
        var encoded = new DenseNetwork([4, 1], Activation.Tanh, [1, 2, 3, 4, 5]);
        var parameters = new AliceRegressionModelParameters(
            _context, new NetworkEnsemble([new(raw), new(encoded, new PiecewiseLinearEncoder([[], [0, 1, 4]]))]));
        Assert.HasCount(2, parameters.Networks);
        Assert.AreSame(parameters.Networks[0].Layers, parameters.Layers);
        Assert.AreEqual(Activation.ReLU, parameters.Activation);
        Assert.IsEmpty(parameters.Networks[0].BinEdges);

        var network = parameters.Networks[1];
        Assert.AreEqual(Activation.Tanh, network.Activation);
        Assert.AreEqual(4, network.Layers[0].InputCount);
        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4 }, network.Layers[0].Weights.ToArray());
        Assert.HasCount(2, network.BinEdges);
        Assert.IsTrue(network.BinEdges[0].IsEmpty);
        CollectionAssert.AreEqual(new float[] { 0, 1, 4 }, network.BinEdges[1].ToArray());
    }

    [TestMethod]
    public void The_summary_of_several_networks_describes_each()
    {
        var raw = new DenseNetwork([2, 1], Activation.ReLU, [3, 3, 0]);
        var encoded = new DenseNetwork([4, 1], Activation.Tanh, [2, 2, 2, 2, 0]);
        var parameters = new AliceRegressionModelParameters(
            _context, new NetworkEnsemble([new(raw), new(encoded, new PiecewiseLinearEncoder([[], [0, 1, 4]]))]));
        Assert.AreEqual(
            """
            AliceRegressionModelParameters: mean of 2 networks, 8 parameters
            2-1, ReLU, 3 parameters
              2 → 1, rms of weights 3
            2 features encoded with 2 bins, 4-1, Tanh, 5 parameters
              4 → 1, rms of weights 2
            """.ReplaceLineEndings("\n"),
            parameters.ToString().ReplaceLineEndings("\n"));
    }

    private PredictionEngine<Row, Prediction> Engine() => _context.Model.CreatePredictionEngine<Row, Prediction>(
        _model, inputSchemaDefinition: TestModels.Schema(FeatureCount));
}
