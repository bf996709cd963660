using Alice.ML.Tests.Training;
using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using TorchSharp;

namespace Alice.ML.Tests.Trainers;

/// <summary>What ML.NET does with trainers and models: one against all, calibrators, importance, cross-validation,
/// text.</summary>
[TestClass]
public class MlNetFeaturesTests
{
    private readonly MLContext _ml = new(seed: 1);

    private static AliceBinaryTrainer.Options Binary() =>
        new()
        {
            HiddenLayers = [16],
            NumberOfEpochs = 60,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Dropout = 0,
            Seed = 1,
            Device = "cpu"
        };

    private static AliceMulticlassTrainer.Options Multiclass() =>
        new()
        {
            HiddenLayers = [16],
            NumberOfEpochs = 60,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Dropout = 0,
            Seed = 1,
            Device = "cpu"
        };

    private IDataView Classes(int rows, int seed = 1)
    {
        var data = _ml.Data.LoadFromEnumerable(Example.Smooth(rows, seed).Select(e => new Classified
        {
            Features = e.Features,
            Label = e.Label > 9,
            Name = e.Label > 10 ? "high" : e.Label > 8 ? "middle" : "low",
        }));
        return _ml.Transforms.Conversion.MapValueToKey("Key", "Name",
            keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(data)
            .Transform(data);
    }

    [TestMethod]
    public void Binary_learns_and_its_probability_is_calibrated_by_its_loss()
    {
        var model = _ml.BinaryClassification.Trainers.Alice(Binary()).Fit(Classes(2000));
        var scored = model.Transform(Classes(2000, seed: 2));
        var metrics = _ml.BinaryClassification.Evaluate(scored);
        Assert.IsGreaterThan(0.97, metrics.Accuracy);
        Assert.IsLessThan(0.2, metrics.LogLoss);
        foreach (var (score, probability, label) in scored.GetColumn<float>("Score").Zip(
            scored.GetColumn<float>("Probability"), scored.GetColumn<bool>("PredictedLabel")))
        {
            Assert.AreEqual(1 / (1 + Math.Exp(-score)), probability, 1e-6);
            Assert.AreEqual(score > 0, label);
        }
    }

    [TestMethod]
    public void Multiclass_learns_and_its_key_values_come_back()
    {
        var pipeline = _ml.MulticlassClassification.Trainers.Alice(new AliceMulticlassTrainer.Options
        {
            LabelColumnName = "Key",
            HiddenLayers = [16],
            NumberOfEpochs = 60,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Dropout = 0,
            Seed = 1,
            Device = "cpu",
        }).Append(_ml.Transforms.Conversion.MapKeyToValue("Answer", "PredictedLabel"));
        var test = Classes(1000, seed: 2);
        var scored = pipeline.Fit(Classes(2000)).Transform(test);
        Assert.IsGreaterThan(0.95, _ml.MulticlassClassification.Evaluate(scored, labelColumnName: "Key").MicroAccuracy);

        var right = scored.GetColumn<string>("Answer").Zip(test.GetColumn<string>("Name"), (a, b) => a == b)
            .Average(same => same ? 1 : 0);
        Assert.IsGreaterThan(0.95, right);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        CollectionAssert.AreEquivalent(
            new[] { "high", "middle", "low" }, names.DenseValues().Select(n => n.ToString()).ToArray());
    }

    [TestMethod]
    public void Works_as_the_binary_learner_of_OneVersusAll()
    {
        var options = Binary();
        options.LabelColumnName = "Key";
        var trainer = _ml.MulticlassClassification.Trainers.OneVersusAll(
            _ml.BinaryClassification.Trainers.Alice(options), labelColumnName: "Key");
        var scored = trainer.Fit(Classes(3000)).Transform(Classes(1000, seed: 2));
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(scored, labelColumnName: "Key").MicroAccuracy);
    }

    [TestMethod]
    public void Calibrators_take_its_scores()
    {
        var data = Classes(1000);
        var scored = _ml.BinaryClassification.Trainers.Alice(Binary()).Fit(data).Transform(data);
        var again = _ml.BinaryClassification.Calibrators.Platt().Fit(scored).Transform(scored);
        Assert.IsGreaterThan(0.97, _ml.BinaryClassification.Evaluate(again).Accuracy);
    }

    [TestMethod]
    public void Cross_validation_and_permutation_importance_work_for_classes()
    {
        var data = Classes(600);
        var binary = _ml.BinaryClassification.CrossValidate(
            data, _ml.BinaryClassification.Trainers.Alice(Binary()), numberOfFolds: 3);
        Assert.IsTrue(binary.All(fold => fold.Metrics.AreaUnderRocCurve > 0.95));
        var importance = _ml.BinaryClassification.PermutationFeatureImportance(
            _ml.BinaryClassification.Trainers.Alice(Binary()).Fit(data), data);
        Assert.HasCount(Example.Inputs, importance);

        var options = Multiclass();
        options.LabelColumnName = "Key";
        var folds = _ml.MulticlassClassification.CrossValidate(
            data, _ml.MulticlassClassification.Trainers.Alice(options), numberOfFolds: 3, labelColumnName: "Key");
        Assert.IsTrue(folds.All(fold => fold.Metrics.MicroAccuracy > 0.85));
        Assert.HasCount(Example.Inputs, _ml.MulticlassClassification.PermutationFeatureImportance(
            _ml.MulticlassClassification.Trainers.Alice(options).Fit(data), data, labelColumnName: "Key"));
    }

    [TestMethod]
    public void Text_of_many_columns_is_learned_from_and_stays_sparse()
    {
        var random = new Random(1);
        string Sentence(bool good) => string.Join(' ', Enumerable.Range(0, 12).Select(_ => $"word{random.Next(20_000)}")
            .Append(good ? "splendid" : "dreadful").OrderBy(_ => random.Next()));
        var rows = Enumerable.Range(0, 1500).Select(i => new Review { Text = Sentence(i % 2 == 0), Label = i % 2 == 0 })
            .ToList();
        var data = _ml.Data.LoadFromEnumerable(rows);
        var features = _ml.Transforms.Text.FeaturizeText("Features", "Text").Fit(data).Transform(data);
        Assert.IsGreaterThan(10_000, ((VectorDataViewType)features.Schema["Features"].Type).Size);

        using var channel = ((IChannelProvider)_ml).Start("test");
        var table = DataReader.Read(new RoleMappedData(features, "Label", "Features"), channel).Features;
        Assert.IsInstanceOfType<SparseFeatures>(table);

        var split = _ml.Data.TrainTestSplit(data, 0.3);
        var options = Binary();
        options.NumberOfEpochs = 3;
        var model = _ml.Transforms.Text.FeaturizeText("Features", "Text")
            .Append(_ml.BinaryClassification.Trainers.Alice(options))
            .Fit(split.TrainSet);
        Assert.IsGreaterThan(0.95, _ml.BinaryClassification.Evaluate(model.Transform(split.TestSet)).Accuracy);
    }

    [TestMethod]
    public void Wide_features_give_the_same_rows_sparse_and_dense()
    {
        // A number with a mean, an indicator, and nothing: what SparseFeatures treats apart.
        var rows = Enumerable.Range(0, 50).Select(i => new SparseRow([3, 7 + i % 5], [100 + i, 1])).ToList();
        var table = new SparseFeatures(rows, 20);
        var data = new TrainingData(table, new float[50], null, 0, 50);
        var preparation = table.Scale(data, new ColumnReport(_ => ""));
        using var source = table.Prepare(preparation, 50).Open(50, Standardization.Identity(20), torch.CPU);
        foreach (var row in new[] { 4, 0, 49 })
        {
            var values = SparseTableTests.RowOf(source, row, 20);
            for (var column = 0; column < 20; column++)
            {
                var expected = column switch
                {
                    3 => (row - 24.5) / Math.Sqrt((50 * 50 - 1) / 12.0),
                    _ when column == 7 + row % 5 => 1,
                    _ => 0,
                };
                Assert.AreEqual(expected, values[column], 1e-4);
            }
        }
    }

    [TestMethod]
    public void Classes_that_cannot_be_told_apart_are_named()
    {
        var one = Classes(100).GetColumn<float[]>("Features")
            .Select(f => new Classified { Features = f, Label = true });
        var error = Assert.ThrowsExactly<InvalidOperationException>(() =>
            _ml.BinaryClassification.Trainers.Alice(Binary()).Fit(_ml.Data.LoadFromEnumerable(one)));
        Assert.AreEqual(
            "The label column 'Label' is True in every row: there is nothing to learn. Give rows of both classes.",
            error.Message);
    }

    private sealed class Classified
    {
        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];

        public bool Label { get; set; }

        public string Name { get; set; } = "";
    }

    private sealed class Review
    {
        public string Text { get; set; } = "";

        public bool Label { get; set; }
    }
}
