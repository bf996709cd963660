using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Tests.Models.Onnx;
using Alice.ML.Tool.Report;
using Alice.ML.Trainers;
using Alice.ML.Transforms;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Tests.Trainers;

/// <summary>Several numbers from one model.</summary>
[TestClass]
public class SeveralLabelsTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<string> _warnings = [];

    public SeveralLabelsTests() => _ml.Log += (_, message) =>
    {
        if (message.Kind == ChannelMessageKind.Warning)
            _warnings.Add(message.RawMessage);
    };

    [TestMethod]
    public void Labels_of_very_different_units_are_all_learned_and_measured_by_name()
    {
        var model = Trainer().Fit(View(Rows(600, noise: 0.2f)));
        var metrics = _ml.Regression.EvaluateMultioutput(
            model.Transform(View(Rows(300, seed: 2, noise: 0.2f))), "Labels");
        CollectionAssert.AreEqual(new[] { "Small", "Large" }, metrics.Select(label => label.Label).ToArray());
        foreach (var label in metrics)
        {
            Assert.AreEqual(300, label.Rows);
            Assert.IsGreaterThan(0.9, label.Metrics!.RSquared, label.Label);
        }
        CollectionAssert.AreEqual(new[] { "Small", "Large" }, model.Model.Labels.ToArray());

        // The estimate of each label is in its units: about what new rows show.
        var estimate = model.Model.TrainingSummary!.Estimate!;
        Assert.IsNull(estimate.RootMeanSquaredError);
        for (var label = 0; label < 2; label++)
            Assert.AreEqual(1, estimate.Labels![label].RootMeanSquaredError!.Value.Value
                / metrics[label].Metrics!.RootMeanSquaredError, 0.3);
        Assert.AreEqual("Standardized RMSE", model.Model.TrainingSummary.MetricName);
    }

    [TestMethod]
    public void A_vector_of_one_label_gives_the_scores_of_the_trainer_of_one_label()
    {
        var data = _ml.Transforms.Concatenate("One", "Small").Fit(View(Rows(200))).Transform(View(Rows(200)));
        foreach (var loss in new[] { RegressionLoss.Squared, RegressionLoss.Huber(0.1), RegressionLoss.Absolute })
        {
            var options = Small(new AliceRegressionTrainer.Options { Loss = loss, Quantiles = [0.1, 0.9] });
            options.LabelColumnName = "Small";
            var several = Small(new AliceMultioutputTrainer.Options { Loss = loss, Quantiles = [0.1, 0.9] });
            several.LabelColumnName = "One";
            var expected = _ml.Regression.Trainers.Alice(options).Fit(data).Transform(data);
            var actual = _ml.Regression.Trainers.AliceMultioutput(several).Fit(data).Transform(data);
            CollectionAssert.AreEqual(expected.GetColumn<float>("Score").ToArray(), Column(actual, "Score"), $"{loss}");
            CollectionAssert.AreEqual(Column(expected, "Quantiles"), Column(actual, "Quantiles"), $"{loss}");
        }
    }

    [TestMethod]
    public void A_missing_or_infinite_label_has_no_part_in_training_and_is_counted()
    {
        var rows = Rows(400);
        for (var i = 0; i < 100; i++)
            rows[i].Large = i % 2 == 0 ? float.NaN : float.PositiveInfinity;
        (rows[7].Small, rows[8].Small) = (float.NaN, float.NaN);
        var model = Trainer().Fit(View(rows));
        Assert.AreEqual(398, model.Model.TrainingSummary!.TrainingRows);
        string[] expected = ["Skipped 2 of 400 rows: 2 with no known value in the label column 'Labels'.",
            "Missing or infinite labels are left out of the loss; the other labels of their rows are learned: "
                + "'Large' (98)."];
        CollectionAssert.IsSubsetOf(expected, _warnings, string.Join('\n', _warnings));
        var metrics = _ml.Regression.EvaluateMultioutput(model.Transform(View(Rows(300, seed: 2))), "Labels");
        Assert.IsTrue(metrics.All(label => label.Metrics!.RSquared > 0.95));

        // Rows where a label is missing do not count for it.
        var known = _ml.Regression.EvaluateMultioutput(model.Transform(View(rows)), "Labels");
        CollectionAssert.AreEqual(new[] { 398, 300 }, known.Select(label => label.Rows).ToArray());
    }

    [TestMethod]
    public void An_extreme_label_leaves_its_rows_other_labels_and_is_told_of()
    {
        var rows = Rows(400);
        rows[5].Large = 1e12f;
        var model = Trainer().Fit(View(rows));
        Assert.IsTrue(_warnings.Any(text => text.StartsWith("Left out labels in 'Labels' that are extreme and stand "
            + "alone: 'Large' (1 beyond ")), string.Join('\n', _warnings));
        Assert.AreEqual(400, model.Model.TrainingSummary!.TrainingRows);
        var metrics = _ml.Regression.EvaluateMultioutput(model.Transform(View(Rows(300, seed: 2))), "Labels");
        Assert.IsTrue(metrics.All(label => label.Metrics!.RSquared > 0.95));

        // What nobody can learn belongs to the error that people will see: 1e12 in one row of 400.
        var estimates = model.Model.TrainingSummary.Estimate!.Labels!;
        Assert.AreEqual(1e12 / 20, estimates[1].RootMeanSquaredError!.Value.Value, 1e9);
        Assert.IsLessThan(1.0, estimates[0].RootMeanSquaredError!.Value.Value);
    }

    [TestMethod]
    public void A_row_whose_every_label_is_extreme_is_left_out()
    {
        var rows = Rows(400);
        (rows[5].Small, rows[5].Large) = (-1e9f, 1e12f);
        Assert.AreEqual(399, Trainer().Fit(View(rows)).Model.TrainingSummary!.TrainingRows);
    }

    [TestMethod]
    public void Scores_stay_near_the_labels_each_of_its_own_range()
    {
        var rows = Rows(400);
        var model = Trainer().Fit(View(rows));
        var far = Enumerable.Range(0, 50).Select(i => new Row { Features = [1e6f * i, -1e6f * i, 1e6f, 1e6f] });
        foreach (var score in model.Transform(View([.. far])).GetColumn<float[]>("Score"))
        {
            AssertNear(score[0], rows.Select(row => row.Small));
            AssertNear(score[1], rows.Select(row => row.Large));
        }

        static void AssertNear(float score, IEnumerable<float> labels)
        {
            var (lowest, highest) = (labels.Min(), labels.Max());
            var margin = 0.2f * (highest - lowest);
            Assert.IsInRange(lowest - margin, highest + margin, score);
        }
    }

    [TestMethod]
    public void Quantiles_of_each_label_cover_what_they_say_and_never_cross()
    {
        var random = new Random(1);
        List<Row> Noisy() => [.. Enumerable.Range(0, 1500).Select(_ => new Row
        {
            Features = [random.NextSingle(), 0, 0, 0],
            Small = random.NextSingle(),
            Large = 1e5f * random.NextSingle(),
        })];
        var options = Small(new AliceMultioutputTrainer.Options { Quantiles = [0.1, 0.5, 0.9] });
        options.LabelColumnName = "Labels";
        var model = _ml.Regression.Trainers.AliceMultioutput(options).Fit(View(Noisy()));
        var test = Noisy();
        var quantiles = model.Transform(View(test)).GetColumn<float[]>("Quantiles").ToArray();
        Assert.IsTrue(
            quantiles.All(q => q.Length == 6 && q[0] <= q[1] && q[1] <= q[2] && q[3] <= q[4] && q[4] <= q[5]));
        for (var q = 0; q < 6; q++)
        {
            var covered = test.Zip(quantiles).Average(row =>
                (q < 3 ? row.First.Small : row.First.Large) <= row.Second[q] ? 1.0 : 0);
            Assert.AreEqual(new[] { 0.1, 0.5, 0.9 }[q % 3], covered, 0.06, $"quantile {q}");
        }
        VBuffer<ReadOnlyMemory<char>> names = default;
        model.GetOutputSchema(View(test).Schema)["Quantiles"].GetSlotNames(ref names);
        Assert.AreEqual("Small 0.1, Small 0.5, Small 0.9, Large 0.1, Large 0.5, Large 0.9",
            string.Join(", ", names.DenseValues()));
    }

    [TestMethod]
    public void Every_loss_learns_several_labels()
    {
        var rows = Rows(400);
        foreach (var row in rows)
            (row.Small, row.Large) = (MathF.Round(row.Small + 10), MathF.Round(row.Large + 5000));
        foreach (var loss in new[] { RegressionLoss.Absolute, RegressionLoss.Huber(1), RegressionLoss.Poisson,
            RegressionLoss.Quantile(0.5) })
        {
            var options = Small(new AliceMultioutputTrainer.Options { Loss = loss });
            options.LabelColumnName = "Labels";
            var scored = _ml.Regression.Trainers.AliceMultioutput(options).Fit(View(rows)).Transform(View(rows));
            foreach (var label in _ml.Regression.EvaluateMultioutput(scored, "Labels"))
                Assert.IsGreaterThan(0.8, label.Metrics!.RSquared, $"{loss}, {label.Label}");
        }
    }

    [TestMethod]
    public void Validation_data_judge_by_all_labels()
    {
        var options = Small(new AliceMultioutputTrainer.Options { EarlyStoppingPatience = 3 });
        options.LabelColumnName = "Labels";
        var held = Rows(100, seed: 3);
        held[0].Large = float.NaN;
        var model = _ml.Regression.Trainers.AliceMultioutput(options).Fit(View(Rows(300)), View(held));
        var summary = model.Model.TrainingSummary!;
        Assert.AreEqual(100, summary.ValidationRows);
        Assert.IsTrue(summary.Epochs.All(epoch => double.IsFinite(epoch.ValidationLoss!.Value)));
    }

    [TestMethod]
    public void A_label_that_cannot_be_learned_is_named()
    {
        AssertFails<InvalidOperationException>(rows => rows.ForEach(row => row.Large = 3),
            "The label 'Large' of the column 'Labels' is 3 in every row: there is nothing to learn.");
        AssertFails<InvalidOperationException>(rows => rows.ForEach(row => row.Large = float.NaN),
            "The label 'Large' of the column 'Labels' is missing in every row: there is nothing to learn.");
        AssertFails<InvalidOperationException>(rows => rows.ForEach(row => row.Large = row.Small = float.NaN),
            "The training data has no usable row: 60 with no known value in the label column 'Labels'.");

        void AssertFails<TError>(Action<List<Row>> spoil, string message) where TError : Exception
        {
            var rows = Rows(60);
            spoil(rows);
            StringAssert.StartsWith(Assert.Throws<TError>(() => Trainer().Fit(View(rows))).Message, message);
        }
    }

    [TestMethod]
    public void Labels_of_a_wrong_type_or_of_no_fixed_size_are_refused()
    {
        var rows = View(Rows(20));
        var scalar = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Regression.Trainers.AliceMultioutput("Small").Fit(rows));
        StringAssert.StartsWith(scalar.Message,
            "The label column 'Small' is of type Single, but must be a vector of Single of known length: gather");
        var variable = _ml.Data.LoadFromEnumerable(Rows(20).Select(row => new Varied { Features = row.Features }));
        var error = Assert.Throws<ArgumentOutOfRangeException>(
            () => _ml.Regression.Trainers.AliceMultioutput("Labels").Fit(variable));
        StringAssert.Contains(error.Message, "but must be a vector of Single of known length");
        var evaluated = Assert.Throws<ArgumentException>(() => _ml.Regression.EvaluateMultioutput(rows, "Small"));
        StringAssert.StartsWith(evaluated.Message, "The column 'Small' is of type Single, but must be a vector");
    }

    [TestMethod]
    public void Bad_options_are_named_together()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.Regression.Trainers.AliceMultioutput(
            new AliceMultioutputTrainer.Options
            {
                Quantiles = [0.9, 0.1],
                AddScoreStandardDeviation = true,
                NumberOfNetworks = 1,
            }));
        StringAssert.Contains(error.Message, "Quantiles is [0.9, 0.1], but must be between 0 and 1 and ascending");
        StringAssert.Contains(error.Message, "AddScoreStandardDeviation is True, but one network has no");
    }

    [TestMethod]
    public void Training_goes_on_from_a_model_of_the_same_labels_only()
    {
        var data = View(Rows(200));
        var options = Small(new AliceMultioutputTrainer.Options { NumericEncoding = NumericEncoding.None });
        options.LabelColumnName = "Labels";
        var trainer = _ml.Regression.Trainers.AliceMultioutput(options);
        var first = trainer.Fit(data);
        var second = trainer.Fit(data, first.Model);
        CollectionAssert.AreNotEqual(Column(first.Transform(data), "Score"), Column(second.Transform(data), "Score"));
        var one = _ml.Transforms.Concatenate("Labels", "Small").Fit(data).Transform(data);
        Assert.Throws<ArgumentException>(() => trainer.Fit(one, first.Model));
    }

    [TestMethod]
    public void A_saved_model_gives_the_same_bits_in_a_pipeline_in_an_engine_and_alone()
    {
        var rows = Rows(200);
        var data = View(rows);
        var model = Full().Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _);
        Assert.IsInstanceOfType<AliceMultioutputTransformer>(loaded);
        var (before, after) = (model.Transform(data), loaded.Transform(data));
        foreach (var column in new[] { "Score", "ScoreStandardDeviation", "Quantiles" })
            CollectionAssert.AreEqual(Column(before, column), Column(after, column), column);

        using var engine = _ml.Model.CreatePredictionEngine<Row, Prediction>(loaded);
        var read = AliceMultioutputModelParameters.Read(stream);
        CollectionAssert.AreEqual(new[] { "Small", "Large" }, read.Labels.ToArray());
        CollectionAssert.AreEqual(new[] { 0.1f, 0.9f }, read.Quantiles.ToArray());
        var scores = before.GetColumn<float[]>("Score").ToArray();
        var all = new float[read.NumberOfScores];
        for (var i = 0; i < 20; i++)
        {
            CollectionAssert.AreEqual(scores[i], engine.Predict(rows[i]).Score);
            read.Score(rows[i].Features, all);
            CollectionAssert.AreEqual(scores[i], all[..2]);
        }
    }

    [TestMethod]
    public void Contributions_landscape_and_report_of_several_labels_are_refused()
    {
        var rows = Rows(60);
        var data = View(rows);
        var fitted = Full().Fit(data);
        var error = Assert.Throws<NotSupportedException>(
            () => fitted.Model.Explain(rows[0].Features, new float[Example.Inputs]));
        StringAssert.StartsWith(error.Message,
            "The model has 2 labels, and only a model of one label can be explained.");
        ITransformer model = fitted;
        foreach (Action ask in new Action[]
        {
            () => model.MeasureLandscape(data, new() { LabelColumnName = "Labels" }),
            () => model.Prune(0.5, data, new() { LabelColumnName = "Labels" }),
            () => AliceReport.Create(model, data, new() { LabelColumnName = "Labels" }),
        })
            StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(ask).Message,
                "The model of the pipeline has several labels (Small, Large): landscape, pruning and report");
    }

    [TestMethod]
    public void A_damaged_model_is_refused()
    {
        var data = View(Rows(60));
        using var stream = new MemoryStream();
        _ml.Model.Save(Full().Fit(data), data.Schema, stream);
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(stream.ToArray()),
            System.IO.Compression.ZipArchiveMode.Update);
        var entry = zip.Entries.Single(
            e => e.FullName.EndsWith("Model/Model.key") || e.FullName.EndsWith(@"Model\Model.key"));
        using var content = entry.Open();
        // The names stand behind the networks: damage every byte of one of them in turn.
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        var at = bytes.AsSpan().LastIndexOf("Large"u8);
        Assert.IsGreaterThan(0, at);
        for (var i = at - 4; i < at + 5; i++)
        {
            bytes[i] ^= 0x20;
            using var reader = new BinaryReader(new MemoryStream(bytes[(at - 17)..]));
            Assert.Throws<FormatException>(() => LabelNames.Load(reader, 6));
            bytes[i] ^= 0x20;
        }
        using var whole = new BinaryReader(new MemoryStream(bytes[(at - 17)..]));
        CollectionAssert.AreEqual(new[] { "Small", "Large" }, LabelNames.Load(whole, 6));
    }

    [TestMethod]
    public void An_ONNX_file_gives_the_scores_their_deviations_and_quantiles()
    {
        var rows = Rows(60);
        var model = Full().Fit(View(rows));
        using var stream = new MemoryStream();
        model.Model.SaveAsOnnx(stream);
        var found = OnnxScores.Run(stream.ToArray(), [.. rows.Select(row => row.Features)]);
        var scored = model.Transform(View(rows));
        AssertClose(Column(scored, "Score"), found["score"].Floats());
        AssertClose(Column(scored, "ScoreStandardDeviation"), found["scoreStandardDeviation"].Floats());
        AssertClose(Column(scored, "Quantiles"), found["quantiles"].Floats());
    }

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], actual[i], 1e-3 * Math.Max(1, Math.Abs(expected[i])), $"{i}");
    }

    private AliceMultioutputTrainer Trainer()
    {
        var options = Small(new AliceMultioutputTrainer.Options());
        options.LabelColumnName = "Labels";
        return _ml.Regression.Trainers.AliceMultioutput(options);
    }

    private AliceMultioutputTrainer Full()
    {
        var options = Small(new AliceMultioutputTrainer.Options
        {
            Quantiles = [0.1, 0.9],
            AddScoreStandardDeviation = true,
            NumberOfEpochs = 20,
        });
        options.LabelColumnName = "Labels";
        return _ml.Regression.Trainers.AliceMultioutput(options);
    }

    private static T Small<T>(T options) where T : AliceTrainerOptions
    {
        (options.HiddenLayers, options.NumberOfNetworks, options.WeightDecay) = ([32], 2, 1);
        (options.Effort, options.Seed, options.Device) = (Effort.Quick, 1, "cpu");
        return options;
    }

    private static float[] Column(IDataView data, string name) =>
        [.. data.GetColumn<float[]>(name).SelectMany(row => row)];

    // The noise is a share of what each label varies by, about.
    private static List<Row> Rows(int count, int seed = 1, float noise = 0)
    {
        var random = new Random(seed);
        float Noise() => noise * (2 * random.NextSingle() - 1);
        return [.. Example.Smooth(count, seed).Select(row => new Row
        {
            Features = row.Features,
            Small = row.Label - 10 + 2 * Noise(),
            Large = 1000 * row.Features[0] + row.Features[1] + 1000 * Noise(),
        })];
    }

    private IDataView View(List<Row> rows)
    {
        var data = _ml.Data.LoadFromEnumerable(rows);
        return _ml.Transforms.Concatenate("Labels", "Small", "Large").Fit(data).Transform(data);
    }

    private sealed class Row
    {
        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = new float[Example.Inputs];

        public float Small { get; set; }

        public float Large { get; set; }
    }

    private sealed class Varied
    {
        [VectorType(Example.Inputs)]
        public float[] Features { get; set; } = new float[Example.Inputs];

        public float[] Labels { get; set; } = [1, 2];
    }

    private sealed class Prediction
    {
        public float[] Score { get; set; } = [];
    }
}
