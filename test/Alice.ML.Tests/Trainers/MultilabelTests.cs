using Alice.ML.Models;
using Alice.ML.Tests.Models.Onnx;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>Several labels of true and false from one model.</summary>
[TestClass]
public class MultilabelTests
{
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    public void Every_label_is_learned_with_calibrated_probabilities()
    {
        var model = Trainer().Fit(View(Rows(1500)));
        var test = Rows(1500, seed: 2);
        var scored = model.Transform(View(test));
        foreach (var (label, rows, metrics) in _ml.BinaryClassification.EvaluateMultilabel(scored))
        {
            Assert.AreEqual(1500, rows);
            Assert.IsGreaterThan(0.85, metrics!.AreaUnderRocCurve, label);
        }

        // Of the rows with a probability in the same fifth, as many are true as it says.
        var probabilities = scored.GetColumn<float[]>("Probability").ToArray();
        for (var label = 0; label < 3; label++)
        {
            var pairs = test.Zip(probabilities, (row, p) => (Truth: row.Label[label] ? 1.0 : 0, P: (double)p[label]));
            var error = pairs.GroupBy(pair => (int)(5 * Math.Min(pair.P, 0.999)))
                .Sum(group => group.Count() * Math.Abs(group.Average(g => g.Truth) - group.Average(g => g.P))) / 1500;
            Assert.IsLessThan(0.06, error, $"label {label}");
        }
        var estimate = model.Model.TrainingSummary!.Estimate!;
        Assert.HasCount(3, estimate.Labels!);
        Assert.AreEqual(estimate.Labels!.Average(label => label.Accuracy!.Value.Value), estimate.Accuracy!.Value.Value,
            1e-6);
        Assert.AreEqual(estimate.Labels!.Average(label => label.LogLoss!.Value.Value), estimate.LogLoss!.Value.Value,
            1e-4);
        Assert.IsTrue(estimate.Labels!.All(label => label.AreaUnderRocCurve!.Value.Value > 0.8));
    }

    [TestMethod]
    public void Columns_are_those_of_binary_classification_as_vectors()
    {
        var data = View(Rows(200));
        var scored = Trainer().Fit(data).Transform(data);
        var rows = scored.GetColumn<float[]>("Score")
            .Zip(scored.GetColumn<float[]>("Probability"), scored.GetColumn<bool[]>("PredictedLabel"));
        foreach (var (scores, probabilities, predicted) in rows)
            for (var label = 0; label < 3; label++)
            {
                Assert.AreEqual(1 / (1 + Math.Exp(-scores[label])), probabilities[label], 1e-6);
                Assert.AreEqual(scores[label] > 0, predicted[label]);
            }
    }

    [TestMethod]
    public void Labels_of_0_and_1_are_as_good_as_booleans_and_may_be_missing()
    {
        var rows = Rows(200);
        var booleans = Trainer().Fit(View(rows));
        var numbers = _ml.Data.LoadFromEnumerable(rows.Select(row => row.AsNumbers()).ToList());
        CollectionAssert.AreEqual(Scores(booleans, View(rows)), Scores(Trainer().Fit(numbers), View(rows)));

        var warnings = new List<string>();
        _ml.Log += (_, message) => warnings.Add(message.RawMessage);
        var missing = rows.Select(row => row.AsNumbers()).ToList();
        missing[3].Label[1] = float.NaN;
        var model = Trainer().Fit(_ml.Data.LoadFromEnumerable(missing));
        CollectionAssert.AreNotEqual(Scores(booleans, View(rows)), Scores(model, View(rows)));
        Assert.Contains("Missing or infinite labels are left out of the loss; the other labels of their rows are "
            + "learned: 'Label.1' (1).", warnings);
    }

    [TestMethod]
    public void Labels_that_are_neither_or_never_vary_are_named()
    {
        var rows = Rows(60).Select(row => row.AsNumbers()).ToList();
        rows[5].Label[2] = 0.5f;
        var error = Assert.Throws<InvalidOperationException>(
            () => Trainer().Fit(_ml.Data.LoadFromEnumerable(rows)));
        StringAssert.StartsWith(error.Message, "The label 'Label.2' of the column 'Label' holds 0.5, but Boolean "
            + "labels must be 0 or 1.");
        var always = Rows(60);
        always.ForEach(row => row.Label[0] = true);
        error = Assert.Throws<InvalidOperationException>(() => Trainer().Fit(View(always)));
        StringAssert.Contains(error.Message, "is true in every row: there is nothing to learn.");
    }

    [TestMethod]
    public void A_label_of_one_kind_only_has_no_metrics()
    {
        var rows = Rows(200);
        var model = Trainer().Fit(View(rows));
        rows.ForEach(row => row.Label[1] = false);
        var metrics = _ml.BinaryClassification.EvaluateMultilabel(model.Transform(View(rows)));
        Assert.IsNotNull(metrics[0].Metrics);
        Assert.IsNull(metrics[1].Metrics);
    }

    [TestMethod]
    public void A_saved_model_gives_the_same_bits_in_an_engine_alone_and_nearly_so_in_ONNX()
    {
        var rows = Rows(200);
        var data = View(rows);
        var model = Trainer().Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _);
        var expected = Scores(model, data);
        CollectionAssert.AreEqual(expected, Scores(loaded, data));
        using var engine = _ml.Model.CreatePredictionEngine<Row, Prediction>(loaded);
        var read = AliceMultilabelModelParameters.Read(stream);
        Assert.HasCount(3, read.Labels);
        var scores = new float[3];
        for (var i = 0; i < 20; i++)
        {
            var prediction = engine.Predict(rows[i]);
            read.Score(rows[i].Features, scores);
            CollectionAssert.AreEqual(scores, prediction.Score);
            CollectionAssert.AreEqual(expected[(3 * i)..(3 * i + 3)], scores);
            CollectionAssert.AreEqual(scores.Select(score => score > 0).ToArray(), prediction.PredictedLabel);
        }

        using var file = new MemoryStream();
        model.Model.SaveAsOnnx(file);
        var found = OnnxScores.Run(file.ToArray(), [.. rows.Select(row => row.Features)]);
        var probabilities = model.Transform(data).GetColumn<float[]>("Probability").SelectMany(row => row).ToArray();
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], (float)found["score"][i], 1e-3);
            Assert.AreEqual(probabilities[i], (float)found["probability"][i], 1e-4);
            if (Math.Abs(expected[i]) > 1e-3)
                Assert.AreEqual(expected[i] > 0, (bool)found["label"][i]);
        }
    }

    private AliceMultilabelTrainer Trainer() => _ml.BinaryClassification.Trainers.AliceMultilabel(
        new AliceMultilabelTrainer.Options
        {
            HiddenLayers = [32],
            NumberOfNetworks = 2,
            WeightDecay = 1,
            Dropout = 0,
            Effort = Effort.Quick,
            Seed = 1,
            Device = "cpu",
        });

    private static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(row => row)];

    private IDataView View(List<Row> rows) => _ml.Data.LoadFromEnumerable(rows);

    // Labels by chance, with odds that features tell.
    private static List<Row> Rows(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Example.Smooth(count, seed).Select(row => new Row
        {
            Features = row.Features,
            Label = [Draw(4 * row.Features[0]), Draw(2 * (row.Label - 9)), Draw(3 * row.Features[3] - 1)],
        })];

        bool Draw(float odds) => random.NextDouble() < 1 / (1 + Math.Exp(-odds));
    }

    private sealed class Row
    {
        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];

        [VectorType(3)]
        public bool[] Label { get; set; } = new bool[3];

        public Numbers AsNumbers() => new() { Features = Features, Label = [.. Label.Select(l => l ? 1f : 0)] };
    }

    private sealed class Numbers
    {
        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = [];

        [VectorType(3)]
        public float[] Label { get; set; } = [];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];

        public bool[] PredictedLabel { get; set; } = [];
    }
}
