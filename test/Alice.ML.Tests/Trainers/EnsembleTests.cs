using Alice.ML.Models;
using Alice.ML.Trainers;
using Alice.ML.Training.Rules;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace Alice.ML.Tests.Trainers;

/// <summary>Several networks, encoded numbers, quantiles and deviations.</summary>
[TestClass]
public class EnsembleTests
{
    private readonly MLContext _ml = new(seed: 1);

    private AliceRegressionTrainer Trainer(Action<AliceRegressionTrainer.Options> change)
    {
        var options = new AliceRegressionTrainer.Options
        {
            HiddenLayers = [16],
            NumberOfEpochs = 30,
            Seed = 1,
            Device = "cpu",
            NumberOfNetworks = 4,
            NumericEncoding = NumericEncoding.Mixed,
            WeightDecay = 0,
        };
        change(options);
        return _ml.Regression.Trainers.Alice(options);
    }

    /// <summary>A staircase in x₀ with noise: what trees fit and a small network on raw numbers does not.</summary>
    private IDataView Stairs(int rows, int seed, float noise = 0.1f)
    {
        var random = new Random(seed);
        return Example.View(_ml, [.. Enumerable.Range(0, rows).Select(_ =>
        {
            var x = Enumerable.Range(0, Example.Inputs).Select(_ => random.NextSingle()).ToArray();
            var spread = (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f) * 2;
            return new Example { Features = x, Label = MathF.Floor(x[0] * 8) % 3 + x[1] + noise * spread };
        })]);
    }

    private float[] Scores(ITransformer model, IDataView data) => [.. model.Transform(data).GetColumn<float>("Score")];

    private double Error(ITransformer model, IDataView data) =>
        _ml.Regression.Evaluate(model.Transform(data)).RootMeanSquaredError;

    [TestMethod]
    public void Encoded_numbers_fit_a_staircase_that_raw_ones_do_not()
    {
        var (train, test) = (Stairs(1000, 1), Stairs(1000, 2));
        var raw = Error(Trainer(o => o.NumericEncoding = NumericEncoding.None).Fit(train), test);
        var encoded = Error(Trainer(o => o.NumericEncoding = NumericEncoding.PiecewiseLinear).Fit(train), test);
        Assert.IsLessThan(0.6 * raw, encoded);
    }

    /// <summary>A smooth function of the logarithms of columns with heavy tails.</summary>
    private IDataView HeavyTails(int rows, int seed)
    {
        var random = new Random(seed);
        float Draw() => MathF.Exp(5 * (random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f));
        return Example.View(_ml, [.. Enumerable.Range(0, rows).Select(_ =>
        {
            float[] x = [Draw(), 1000 * Draw(), -Draw(), random.NextSingle()];
            return new Example { Features = x, Label = MathF.Log(x[0]) * MathF.Log(-x[2]) / 4 + x[3] };
        })]);
    }

    [TestMethod]
    public void Normal_scores_fit_heavy_tails_that_raw_numbers_do_not()
    {
        var (train, test) = (HeavyTails(1000, 1), HeavyTails(1000, 2));
        var raw = Error(Trainer(o => o.NumericEncoding = NumericEncoding.None).Fit(train), test);
        var model = Trainer(o => o.NumericEncoding = NumericEncoding.NormalScores).Fit(train);
        Assert.IsLessThan(0.6 * raw, Error(model, test));
        Assert.IsTrue(
            model.Model.TrainingSummary!.NumericEncodings.All(encoding => encoding == NumericEncoding.NormalScores));

        using var stream = new MemoryStream();
        _ml.Model.Save(model, train.Schema, stream);
        stream.Position = 0;
        CollectionAssert.AreEqual(Scores(model, test), Scores(_ml.Model.Load(stream, out _), test));
    }

    [TestMethod]
    public void A_large_regression_with_heavy_tails_gets_normal_scores_by_itself()
    {
        NumericEncoding Numbers(IDataView data) =>
            Trainer(o => (o.NumericEncoding, o.NumberOfEpochs, o.NumberOfNetworks) =
            (NumericEncoding.Automatic, 2, 1)).Fit(data)
                .Model.TrainingSummary!.Candidates.Select(candidate => candidate.NumericEncoding)
            .Distinct().Single(encoding => encoding != NumericEncoding.PiecewiseLinear);
        Assert.AreEqual(NumericEncoding.NormalScores, Numbers(HeavyTails(3000, 1)));
        Assert.AreEqual(NumericEncoding.None, Numbers(HeavyTails(500, 1)));
        Assert.AreEqual(NumericEncoding.None, Numbers(Example.View(_ml, Example.Smooth(3000))));
    }

    [TestMethod]
    [DataRow(NumericEncoding.Mixed)]
    [DataRow(NumericEncoding.NormalScores)]
    public void Training_goes_on_from_networks_of_every_encoding(NumericEncoding encoding)
    {
        var data = HeavyTails(3000, 1);
        var first = Trainer(o => (o.NumericEncoding, o.NumberOfNetworks) = (encoding, 2)).Fit(data);
        var more = Trainer(o => (o.NumberOfEpochs, o.LearningRate, o.NumberOfNetworks) = (1, 1e-7, 2))
            .Fit(data, first.Model);
        foreach (var (before, after) in Scores(first, data).Zip(Scores(more, data)))
            Assert.AreEqual(before, after, 0.01f);
    }

    [TestMethod]
    public void The_score_is_the_mean_of_the_networks_and_the_model_survives_the_file()
    {
        var data = Stairs(500, 1);
        var model = Trainer(o => o.AddScoreStandardDeviation = true).Fit(data);
        Assert.HasCount(4, model.Model.Networks);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        var loaded = new MLContext().Model.Load(stream, out _).Transform(data);
        CollectionAssert.AreEqual(Scores(model, data), loaded.GetColumn<float>("Score").ToArray());
        Assert.IsTrue(loaded.GetColumn<float>("ScoreStandardDeviation").All(d => d > 0));
    }

    [TestMethod]
    public void The_same_seed_gives_the_same_ensemble_whatever_the_number_of_threads()
    {
        var data = Stairs(300, 1);
        var one = Scores(Trainer(o => o.NumberOfThreads = 1).Fit(data), data);
        CollectionAssert.AreEqual(one, Scores(Trainer(o => o.NumberOfThreads = 2).Fit(data), data));
        CollectionAssert.AreNotEqual(one, Scores(Trainer(o => o.Seed = 2).Fit(data), data));
    }

    [TestMethod]
    public void Quantiles_never_cross_and_cover_what_they_say()
    {
        var model = Trainer(o => (o.Quantiles, o.NumberOfEpochs) = ([0.1, 0.5, 0.9], 60))
            .Fit(Stairs(3000, 1, noise: 0.5f));
        var test = Stairs(3000, 2, noise: 0.5f);
        var scored = model.Transform(test);
        var below = new int[3];
        foreach (var (quantiles, label) in scored.GetColumn<float[]>("Quantiles").Zip(test.GetColumn<float>("Label")))
        {
            Assert.IsTrue(quantiles[0] <= quantiles[1] && quantiles[1] <= quantiles[2]);
            for (var q = 0; q < 3; q++)
                below[q] += label <= quantiles[q] ? 1 : 0;
        }
        Assert.AreEqual(0.1, below[0] / 3000.0, 0.05);
        Assert.AreEqual(0.5, below[1] / 3000.0, 0.06);
        Assert.AreEqual(0.9, below[2] / 3000.0, 0.05);
    }

    [TestMethod]
    public void Quantiles_of_few_noisy_rows_are_not_too_narrow()
    {
        static List<Example> Noisy(int rows, int seed)
        {
            var random = new Random(seed);
            var examples = Example.Smooth(rows, seed);
            foreach (var example in examples)
                example.Label += 4 * (random.NextSingle() - random.NextSingle());
            return examples;
        }
        double Inside(int? epochs, int rows)
        {
            var model = Trainer(o => (o.Quantiles, o.WeightDecay, o.NumberOfEpochs) = ([0.05, 0.95], 0, epochs))
                .Fit(Example.View(_ml, Noisy(rows, 1)));
            var test = Example.View(_ml, Noisy(2000, 2));
            return model.Transform(test).GetColumn<float[]>("Quantiles").Zip(test.GetColumn<float>("Label"))
                .Average(row => row.First[0] <= row.Second && row.Second <= row.First[1] ? 1.0 : 0);
        }
        Assert.IsGreaterThan(0.8, Inside(null, 300), "of 0.9");
        // Networks that are to train for long learn few rows by heart: the shifts are of as long a training.
        Assert.IsGreaterThan(0.75, Inside(200, 300), "of 0.9");
    }

    [TestMethod]
    public void The_promised_columns_are_the_delivered_ones()
    {
        var data = Stairs(100, 1);
        var trainer = Trainer(o => (o.Quantiles, o.AddScoreStandardDeviation, o.NumberOfEpochs) = ([0.5], true, 2));
        var promised = trainer.GetOutputSchema(SchemaShape.Create(data.Schema)).Select(c => c.Name);
        CollectionAssert.AreEquivalent(
            promised.ToArray(), trainer.Fit(data).GetOutputSchema(data.Schema).Select(c => c.Name).ToArray());
    }

    [TestMethod]
    public void Continued_training_starts_where_the_ensemble_was()
    {
        var data = Stairs(500, 1);
        var first = Trainer(_ => { }).Fit(data);
        var more = Trainer(o => (o.NumberOfEpochs, o.LearningRate) = (1, 1e-6)).Fit(data, first.Model);
        var (before, after) = (Error(first, data), Error(more, data));
        Assert.AreEqual(before, after, 0.02 * before);
    }

    [TestMethod]
    public void The_race_chooses_the_weight_decay_where_it_is_null()
    {
        // More noise than there is to learn: networks without decay fit it.
        var random = new Random(1);
        var rows = Example.Smooth(400);
        foreach (var row in rows)
            row.Label += 3 * (random.NextSingle() * 2 - 1);
        var test = Example.View(_ml, Example.Smooth(400, seed: 2));
        RegressionPredictionTransformer<AliceRegressionModelParameters> Fit(double? decay) =>
            Trainer(o => (o.WeightDecay, o.NumberOfNetworks, o.NumberOfEpochs) = (decay, 2, 200))
                .Fit(Example.View(_ml, rows));
        var chosen = Fit(null);
        Assert.IsGreaterThanOrEqualTo(1, chosen.Model.TrainingSummary!.WeightDecays.Max());
        Assert.IsLessThan(0.9 * Error(Fit(0), test), Error(chosen, test));
    }

    [TestMethod]
    public void The_race_shortens_the_fit_of_a_large_table_of_noise_and_lengthens_that_of_an_exact_one()
    {
        const int Rows = 3000;
        double Epochs(int[] layers, Func<Random, Example, float> label)
        {
            var rows = Example.Smooth(Rows);
            var random = new Random(1);
            foreach (var row in rows)
                row.Label = label(random, row);
            var model =
                Trainer(o => (o.NumberOfEpochs, o.NumberOfNetworks, o.NumericEncoding, o.WeightDecay, o.HiddenLayers) =
                (null, 2, NumericEncoding.None, null, layers)).Fit(Example.View(_ml, rows));
            return model.Model.TrainingSummary!.Candidates.Where(candidate => candidate.Networks > 0)
                .Max(candidate => candidate.Epochs)
                / (double)AutoRules.Epochs(Rows, AutoRules.BatchSize(Rows), isClassification: false);
        }
        Assert.IsLessThan(0.26, Epochs([8], (random, _) => random.NextSingle()));
        Assert.IsGreaterThanOrEqualTo(0.9, Epochs([32, 32], (_, row) => row.Features[0] * row.Features[3]));
    }

    [TestMethod]
    public void The_race_chooses_the_encoding_that_suits()
    {
        int Encoded(IDataView data) =>
            Trainer(o => (o.NumericEncoding, o.NumberOfEpochs) = (NumericEncoding.Automatic, null))
            .Fit(data).Model.Ensemble.Members.Count(member => member.Encoder is not null);
        Assert.AreEqual(4, Encoded(Stairs(1000, 1)), "a staircase");
        var smooth = Example.Smooth(1000);
        foreach (var row in smooth)
            row.Label = MathF.Sin(2 * row.Features[0] + row.Features[1] / 1000) * row.Features[3];
        Assert.IsLessThanOrEqualTo(2, Encoded(Example.View(_ml, smooth)), "a smooth function of sums");
        Assert.AreEqual(0, Encoded(Stairs(40, 1)), "few rows");
    }

    [TestMethod]
    public void Columns_of_tiny_numbers_get_bins()
    {
        var rows = Example.Smooth(300);
        foreach (var (i, row) in rows.Index())
            row.Features[0] = i % 100 * 1e-38f;
        var model = Trainer(o => (o.NumericEncoding, o.NumberOfEpochs) = (NumericEncoding.PiecewiseLinear, 2))
            .Fit(Example.View(_ml, rows));
        Assert.IsFalse(model.Model.Networks[0].BinEdges[0].IsEmpty);
        Assert.IsTrue(Scores(model, Example.View(_ml, rows)).All(float.IsFinite));
    }

    [TestMethod]
    public void Bad_options_are_named()
    {
        foreach (var (change, message) in new (Action<AliceRegressionTrainer.Options>, string)[]
        {
            (o => o.NumberOfNetworks = 0, "NumberOfNetworks is 0, but must be 1 to 1000."),
            (o => o.NumberOfBins = 1, "NumberOfBins is 1, but must be 2 or more."),
            (o => o.Quantiles = [0.5, 0.1],
                "Quantiles is [0.5, 0.1], but must be between 0 and 1 and ascending, in single precision."),
            (o => (o.AddScoreStandardDeviation, o.NumberOfNetworks) = (true, 1),
                "AddScoreStandardDeviation is True, but one network has no standard deviation: set NumberOfNetworks "
                + "to 2 or more."),
        })
            Assert.AreEqual(message, Assert.ThrowsExactly<ArgumentException>(() => Trainer(change)).Message);
    }

    [TestMethod]
    [DoNotParallelize]
    public void No_tensor_outlives_an_ensemble()
    {
        var data = Stairs(200, 1);
        void Train() => Trainer(o => (o.WeightDecay, o.ValidationFraction) = (null, 0.2)).Fit(data);
        Train();
        var before = LiveTensors.Count();
        Train();
        Assert.AreEqual(before, torch.Tensor.TotalCount);
    }
}
