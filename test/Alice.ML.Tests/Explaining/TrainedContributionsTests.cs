using Alice.ML.Models;
using Alice.ML.Tests.Models;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Alice.ML.Tests.Explaining;

/// <summary>Contributions of trained models: beside Shapley values, and through ML.NET.</summary>
[TestClass]
public class TrainedContributionsTests
{
    private const int Columns = 6;
    private readonly MLContext _ml = new(seed: 1);

    [TestMethod]
    [DataRow(NumericEncoding.None)]
    [DataRow(NumericEncoding.PiecewiseLinear)]
    public void Contributions_are_ranked_as_exact_Shapley_values(NumericEncoding encoding)
    {
        var model = _ml.Regression.Trainers.Alice(
            With(new AliceRegressionTrainer.Options { NumericEncoding = encoding }))
            .Fit(View(2000)).Model;
        Assert.HasCount(32, model.Background);
        var contributions = new float[Columns];
        var ranks = new List<double>();
        foreach (var row in Rows(30, seed: 2))
        {
            model.Explain(row, contributions);
            var shapley = Shapley(model, row);
            ranks.Add(Spearman([.. contributions], shapley));
            for (var c = 0; c < Columns; c++)
                Assert.AreEqual(shapley[c], contributions[c], 0.7, $"column {c}");
        }
        Assert.IsGreaterThan(0.95, ranks.Average());
    }

    [TestMethod]
    public void Background_rows_are_rows_of_training_and_have_its_mean_score()
    {
        var rows = Rows(2000, seed: 1);
        var model = _ml.Regression.Trainers.Alice(With(new AliceRegressionTrainer.Options())).Fit(View(2000)).Model;
        var known = rows.Select(row => string.Join(' ', row)).ToHashSet();
        Assert.IsTrue(model.Background.All(row => known.Contains(string.Join(' ', row.DenseValues()))));
        var score = new float[1];
        double Mean(IEnumerable<float[]> some) => some.Average(row => { model.Score(row, score); return score[0]; });
        // Rows drawn at random would be off by a standard deviation of 3.5 / √32 = 0.6.
        Assert.AreEqual(Mean(rows), Mean(model.Background.Select(row => row.DenseValues().ToArray())), 0.4);
    }

    [TestMethod]
    public void A_model_of_private_data_keeps_no_rows()
    {
        var model = _ml.Regression.Trainers.Alice(
            With(new AliceRegressionTrainer.Options { NumberOfBackgroundRows = 0 })).Fit(View(300)).Model;
        Assert.IsEmpty(model.Background);
        var (row, contributions, score) = (Rows(1, seed: 2)[0], new float[Columns], new float[1]);
        model.Score(row, score);
        Assert.AreEqual(score[0], model.Explain(row, contributions) + contributions.Sum(), 1e-3);
    }

    [TestMethod]
    public void ML_NET_calculates_the_contributions_of_a_regression_model()
    {
        var model = _ml.Regression.Trainers.Alice(With(new AliceRegressionTrainer.Options())).Fit(View(300));
        AssertContributions(model, _ml.Transforms.CalculateFeatureContribution(
            model, Columns, Columns, normalize: false), model.Model);
        var few = _ml.Transforms.CalculateFeatureContribution(model, 1, 1).Fit(View(300)).Transform(View(300))
            .GetColumn<VBuffer<float>>("FeatureContributions").ToArray();
        Assert.IsTrue(few.All(row => row.DenseValues().Count(c => c != 0) <= 2));
        foreach (var row in few)
            Assert.AreEqual(1, row.DenseValues().Max(Math.Abs), 1e-6f, "the largest is 1");
    }

    [TestMethod]
    public void ML_NET_calculates_the_contributions_of_a_binary_model()
    {
        var model = _ml.BinaryClassification.Trainers.Alice(With(new AliceBinaryTrainer.Options
        {
            LabelColumnName = nameof(Row.IsHigh),
        })).Fit(View(300));
        AssertContributions(model, _ml.Transforms.CalculateFeatureContribution(
            model, Columns, Columns, normalize: false), model.Model.SubModel);
    }

    [TestMethod]
    public void ML_NET_calculates_the_contributions_of_a_multiclass_model()
    {
        var data = _ml.Transforms.Conversion.MapValueToKey(nameof(Row.Kind)).Fit(View(300)).Transform(View(300));
        var model = _ml.MulticlassClassification.Trainers.Alice(With(new AliceMulticlassTrainer.Options
        {
            LabelColumnName = nameof(Row.Kind),
        })).Fit(data);
        AssertContributions(model, _ml.Transforms.CalculateFeatureContribution(
            model, Columns, Columns, normalize: false), model.Model);
        var (row, contributions) = (Rows(1, seed: 2)[0], new float[Columns]);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.Model.Explain(row, 3, contributions));
        var probabilities = new float[3];
        model.Model.Score(row, probabilities);
        var start = model.Model.Explain(row, 2, contributions);
        Assert.AreEqual(Math.Log(probabilities[2] / ((double)probabilities[0] + probabilities[1])),
            start + contributions.Sum(c => (double)c), 1e-3);
    }

    [TestMethod]
    public void Models_of_the_layout_before_the_background_compare_with_the_means()
    {
        using var stream = File.OpenRead(
            Path.Combine(AppContext.BaseDirectory, "Models", "Golden", "Regression-4.zip"));
        var model = AliceRegressionModelParameters.Read(stream);
        Assert.IsEmpty(model.Background);
        var (contributions, score) = (new float[4], new float[model.NumberOfScores]);
        float[] means = [.. model.Features.Select(feature => feature.Center)];
        model.Score(means, score);
        Assert.AreEqual(score[0], model.Explain(means, contributions), 1e-5);
        Assert.AreEqual(0, contributions.Max(Math.Abs), 1e-6f);
    }

    [TestMethod]
    public void Another_number_of_features_is_refused()
    {
        var model = _ml.Regression.Trainers.Alice(With(new AliceRegressionTrainer.Options())).Fit(View(300)).Model;
        StringAssert.StartsWith(
            Assert.ThrowsExactly<ArgumentException>(() => model.Explain(new float[5], new float[6])).Message,
            "The model has 6 features; there are 5 values and 6 places for contributions.");
        Assert.ThrowsExactly<ArgumentException>(() => model.Explain(new float[6], new float[5]));
    }

    /// <summary>As the model explains, also after saving and loading the transformer.</summary>
    private void AssertContributions<TOutput>(
        ITransformer model, FeatureContributionCalculatingEstimator estimator, AliceModelParameters<TOutput> parameters)
    {
        var data = View(20, seed: 2);
        var transformer = estimator.Fit(data);
        var loaded = ModelFile.SaveAndLoad(_ml, transformer, data.Schema);
        var expected = Rows(20, seed: 2).Select(row =>
        {
            var contributions = new float[Columns];
            parameters.Explain(row, contributions);
            return contributions;
        }).ToArray();
        foreach (var calculated in new[] { transformer.Transform(data), loaded.Transform(data) })
            foreach (var (want, have) in expected.Zip(calculated.GetColumn<VBuffer<float>>("FeatureContributions")))
                CollectionAssert.AreEqual(want, have.DenseValues().ToArray());
        Assert.IsTrue(expected.Any(row => row.All(c => c != 0)));
        Assert.IsNotNull(model);
    }

    private static T With<T>(T options) where T : AliceTrainerOptions
    {
        (options.HiddenLayers, options.NumberOfEpochs, options.NumberOfNetworks) = ([32, 32], 40, 2);
        (options.Dropout, options.WeightDecay, options.Seed, options.Device) = (0, 0, 1, "cpu");
        return options;
    }

    /// <summary>Shapley values over every coalition and background row.</summary>
    private static double[] Shapley(AliceRegressionModelParameters model, float[] row)
    {
        var (values, score, mixed) = (new double[1 << Columns], new float[1], new float[Columns]);
        foreach (var background in model.Background)
            for (var set = 0; set < values.Length; set++)
            {
                for (var c = 0; c < Columns; c++)
                    mixed[c] = (set >> c & 1) == 1 ? row[c] : background.GetItemOrDefault(c);
                model.Score(mixed, score);
                values[set] += score[0] / model.Background.Count;
            }
        double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
        return [.. Enumerable.Range(0, Columns).Select(c => Enumerable.Range(0, values.Length)
            .Where(set => (set >> c & 1) == 0)
            .Sum(set => (values[set | 1 << c] - values[set]) * Factorial(int.PopCount(set))
                * Factorial(Columns - 1 - int.PopCount(set)) / Factorial(Columns)))];
    }

    private static double Spearman(double[] a, double[] b)
    {
        static int[] Ranks(double[] values) => [.. values.Select(v => values.Count(other => other < v))];
        var distance = Ranks(a).Zip(Ranks(b)).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        return 1 - 6 * distance / (a.Length * (a.Length * a.Length - 1));
    }

    private IDataView View(int rows, int seed = 1) => _ml.Data.LoadFromEnumerable(Rows(rows, seed).Select(row =>
    {
        var y = Truth(row);
        return new Row { Features = row, Label = y, IsHigh = y > 1, Kind = y > 3 ? "high" : y > 0 ? "middle" : "low" };
    }));

    private static float[][] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Columns)
            .Select(_ => 4 * random.NextSingle() - 2).ToArray())];
    }

    // Interactions, a kink, a wave and a column that does nothing.
    private static float Truth(float[] x) =>
        2 * x[0] + x[1] * x[2] + MathF.Max(x[3], 0) + MathF.Sin(2 * x[4]) * x[0];

    private sealed class Row
    {
        [VectorType(Columns)]
        public float[] Features { get; set; } = [];

        public float Label { get; set; }

        public bool IsHigh { get; set; }

        public string Kind { get; set; } = "";
    }
}
