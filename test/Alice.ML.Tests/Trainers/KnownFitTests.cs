using System.Globalization;
using Alice.ML.Models;
using Alice.ML.Optimization;
using Alice.ML.Tests.Docs;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>Small fits of every task, encoding, rule and option, with the scores that they had when they were written
/// down. The same seed gives the same model from one version to the next, unless a change was meant:
/// build/known-fits.sh writes the scores down anew, and the changelog says so.</summary>
[TestClass]
public class KnownFitTests
{
    private const int Rows = 150;
    private const int ScoredRows = 12;

    /// <summary>Processors round sums differently, and the steps of a fit enlarge that.</summary>
    private const double Tolerance = 2e-3;

    private static readonly string FitsFile = Path.Combine("Trainers", "Known", "fits.csv");

    private static readonly Dictionary<string, Func<MLContext, double[]>> Fits = new()
    {
        ["regression, no encoding"] = ml => Regression(ml, o => o.NumericEncoding = NumericEncoding.None),
        ["regression, bins"] = ml => Regression(ml, o => o.NumericEncoding = NumericEncoding.PiecewiseLinear),
        ["regression, normal scores"] = ml => Regression(ml, o => o.NumericEncoding = NumericEncoding.NormalScores),
        ["regression, mixed"] = ml => Regression(ml, o => o.NumericEncoding = NumericEncoding.Mixed),
        ["regression, two layers"] = ml => Regression(ml, o => (o.HiddenLayers, o.Dropout) = ([9, 5], 0.1)),
        ["regression, wide layers"] = ml => Regression(ml, o =>
            (o.HiddenLayers, o.NumericEncoding) = ([44, 26], NumericEncoding.PiecewiseLinear)),
        ["regression, linear"] = ml => Regression(ml, o => (o.HiddenLayers, o.WeightDecay) = ([], 3)),
        ["regression, weights"] = ml => Regression(ml, o => o.ExampleWeightColumnName = nameof(KnownRow.Weight)),
        ["regression, absolute"] = ml => Regression(ml, o => o.Loss = RegressionLoss.Absolute),
        ["regression, Huber"] = ml => Regression(ml, o => o.Loss = RegressionLoss.Huber(0.5)),
        ["regression, Poisson"] = ml => Regression(ml, o =>
            (o.Loss, o.LabelColumnName) = (RegressionLoss.Poisson, nameof(KnownRow.Count))),
        ["regression, quantiles"] = ml => Regression(ml, o =>
            (o.Quantiles, o.AddScoreStandardDeviation) = ([0.1, 0.9], true)),
        ["regression, drop"] = ml => Regression(ml, o => o.LearningRateSchedule = LearningRateSchedule.Drop),
        ["regression, constant"] = ml => Regression(ml, o => o.LearningRateSchedule = LearningRateSchedule.Constant),
        ["regression, averaged"] = ml => Regression(ml, o => o.LearningRateSchedule = LearningRateSchedule.Averaged),
        ["regression, accumulated"] = ml => Regression(ml, o => (o.BatchSize, o.GradientAccumulation) = (16, 2)),
        ["regression, GELU"] = ml => Regression(ml, o => o.Activation = Activation.GELU),
        ["regression, SiLU"] = ml => Regression(ml, o => o.Activation = Activation.SiLU),
        ["regression, tanh"] = ml => Regression(ml, o => o.Activation = Activation.Tanh),
        ["regression, validation"] = ml =>
            Regression(ml, o => (o.ValidationFraction, o.EarlyStoppingPatience) = (0.2, 2)),
        ["regression, as published"] = ml => Regression(ml, o => o.Optimizer = AliceOptimizerOptions.Published),
        ["regression, signed"] = ml => Regression(ml, o => o.Optimizer = AliceOptimizerOptions.Tabular with
        { HessianEstimate = HessianEstimate.Signed, UseGlass = false, L1Regularization = 0.01 }),
        ["regression, momentum"] = ml => Regression(ml, o => o.Optimizer = AliceOptimizerOptions.Tabular with
        { StepBound = StepBound.Sgdm, LearningRate = 0.02, L2Regularization = 0.01 }),
        ["regression, race"] = ml => Regression(ml, Race),
        ["regression, race with weights"] = ml => Regression(ml, o =>
        {
            Race(o);
            o.ExampleWeightColumnName = nameof(KnownRow.Weight);
        }),
        ["regression, race of few rows"] = ml => Regression(ml, Race, rows: 60),
        ["regression, race with quantiles"] = ml => Regression(ml, o =>
        {
            Race(o);
            o.Quantiles = [0.25, 0.75];
        }),
        ["regression, words"] = ml => Regression(ml, Words),
        ["regression, words in wide layers"] = ml => Regression(ml, o =>
        {
            Words(o);
            o.HiddenLayers = [44, 26];
        }),
        ["regression, text"] = ml => Regression(ml, Text),
        ["regression, text with weights"] = ml => Regression(ml, o =>
        {
            Text(o);
            o.ExampleWeightColumnName = nameof(KnownRow.Weight);
        }),
        ["regression, race of words"] = ml => Regression(ml, o =>
        {
            Race(o);
            Words(o);
        }),
        ["regression, words with weights"] = ml => Regression(ml, o =>
        {
            Words(o);
            o.ExampleWeightColumnName = nameof(KnownRow.Weight);
        }),
        ["regression, race in two folds"] = ml => Regression(ml, Race, rows: 510),
        ["regression, race in one fold"] = ml => Regression(ml, Race, rows: 1510),
        ["regression, quick race"] = ml => Regression(ml, o =>
        {
            Race(o);
            (o.NumberOfEpochs, o.Effort) = (null, Effort.Quick);
        }),
        ["regression, race with linear plans"] = ml => Regression(ml, o =>
        {
            Race(o);
            o.HiddenLayers = null;
        }, rows: 80),
        ["regression, race of wide rows"] = ml => Regression(ml, Sensors, rows: 60),
        ["regression, race of wide rows with a penalty"] = ml => Regression(ml, o =>
        {
            Sensors(o);
            o.Optimizer = AliceOptimizerOptions.Tabular with { L1Regularization = 0.02 };
        }, rows: 60),
        ["binary"] = ml => Binary(ml, o => o.NumericEncoding = NumericEncoding.PiecewiseLinear),
        ["binary, weights"] = ml => Binary(ml, o =>
            (o.ExampleWeightColumnName, o.Dropout) = (nameof(KnownRow.Weight), 0.2)),
        ["binary, race"] = ml => Binary(ml, Race),
        ["binary, race of words"] = ml => Binary(ml, o =>
        {
            Race(o);
            Words(o);
        }),
        ["binary, text with weights"] = ml => Binary(ml, o =>
        {
            Text(o);
            o.ExampleWeightColumnName = nameof(KnownRow.Weight);
        }),
        ["multiclass, text"] = ml => Multiclass(ml, Text),
        ["binary, words with weights"] = ml => Binary(ml, o =>
        {
            Words(o);
            o.ExampleWeightColumnName = nameof(KnownRow.Weight);
        }),
        ["binary, race with validation rows"] = ml => Binary(ml, o =>
        {
            Race(o);
            o.ValidationFraction = 0.4;
        }),
        ["multiclass"] = ml => Multiclass(ml, _ => { }),
        ["multiclass, race"] = ml => Multiclass(ml, Race),
        ["multi-output"] = ml => Multioutput(ml, o => o.Quantiles = [0.1, 0.9]),
        ["multi-output, Huber"] = ml => Multioutput(ml, o => o.Loss = RegressionLoss.Huber(0.5)),
        ["multi-output, three layers"] = ml => Multioutput(ml, o => o.HiddenLayers = [20, 31, 20]),
        ["multi-output, race"] = ml => Multioutput(ml, Race),
        ["multi-label"] = ml => Multilabel(ml, o => o.Dropout = 0.1),
        ["multi-label, race"] = ml => Multilabel(ml, Race),
    };

    public static IEnumerable<object[]> Names => Fits.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_fit_gives_the_scores_that_it_gave(string name)
    {
        var line = File.ReadLines(Path.Combine(AppContext.BaseDirectory, FitsFile))
            .SingleOrDefault(line => line.StartsWith(name + ";", StringComparison.Ordinal));
        Assert.IsNotNull(line, $"'{name}' has no line in {FitsFile}: run build/known-fits.sh.");
        var expected = line.Split(';').Skip(1).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        var found = Fits[name](new MLContext(seed: 1));
        Assert.HasCount(expected.Length, found);
        for (var i = 0; i < expected.Length; i++)
            Assert.AreEqual(expected[i], found[i], Tolerance * Math.Max(1, Math.Abs(expected[i])), $"number {i}");
    }

    /// <summary>What build/known-fits.sh calls.</summary>
    [TestMethod]
    public void Known_fits_are_written_down_when_asked_for()
    {
        if (Environment.GetEnvironmentVariable("ALICE_WRITE_KNOWN_FITS") is null)
            Assert.Inconclusive("build/known-fits.sh asks for them.");
        File.WriteAllLines(Path.Combine(Snippets.Repository(), "test", "Alice.ML.Tests", FitsFile),
            Fits.Select(fit => string.Join(';',
            [fit.Key, .. fit.Value(new MLContext(seed: 1))
                .Select(n => n.ToString("G6", CultureInfo.InvariantCulture))])));
    }

    private static void Race(AliceTrainerOptions options)
    {
        (options.WeightDecay, options.NumberOfEpochs, options.NumericEncoding) = (null, 16, NumericEncoding.Automatic);
        (options.Dropout, options.NumberOfNetworks) = (null, 3);
    }

    private static void Words(AliceTrainerOptions options) => options.FeatureColumnName = nameof(KnownRow.Words);

    private static void Sensors(AliceTrainerOptions options)
    {
        Race(options);
        (options.FeatureColumnName, options.HiddenLayers, options.NumberOfEpochs) =
            (nameof(KnownRow.Sensors), null, 4);
    }

    /// <summary>A linear model of words.</summary>
    private static void Text(AliceTrainerOptions options)
    {
        Words(options);
        (options.HiddenLayers, options.WeightDecay) = (null, null);
    }

    private static T Small<T>(T options, Action<T> change) where T : AliceTrainerOptions
    {
        (options.HiddenLayers, options.NumberOfNetworks, options.NumberOfEpochs, options.WeightDecay, options.Dropout) =
            ([8], 2, 8, 0.5, 0);
        (options.Seed, options.Device, options.NumberOfBins) = (1, "cpu", 6);
        change(options);
        return options;
    }

    private static double[] Regression(
        MLContext ml, Action<AliceRegressionTrainer.Options> change, int rows = Rows)
    {
        var model = ml.Regression.Trainers.Alice(Small(new AliceRegressionTrainer.Options(), change))
            .Fit(KnownRow.View(ml, rows));
        return Numbers(ml, model, model.Model.TrainingSummary!);
    }

    private static double[] Binary(MLContext ml, Action<AliceBinaryTrainer.Options> change)
    {
        var options = new AliceBinaryTrainer.Options { LabelColumnName = nameof(KnownRow.IsHigh) };
        var model = ml.BinaryClassification.Trainers.Alice(Small(options, change)).Fit(KnownRow.View(ml, Rows));
        return Numbers(ml, model, model.Model.SubModel.TrainingSummary!);
    }

    private static double[] Multiclass(MLContext ml, Action<AliceMulticlassTrainer.Options> change)
    {
        var options = new AliceMulticlassTrainer.Options { LabelColumnName = nameof(KnownRow.Kind) };
        var model = ml.MulticlassClassification.Trainers.Alice(Small(options, change)).Fit(KnownRow.View(ml, Rows));
        return Numbers(ml, model, model.Model.TrainingSummary!);
    }

    private static double[] Multioutput(MLContext ml, Action<AliceMultioutputTrainer.Options> change)
    {
        var options = new AliceMultioutputTrainer.Options { LabelColumnName = nameof(KnownRow.Labels) };
        var model = ml.Regression.Trainers.AliceMultioutput(Small(options, change)).Fit(KnownRow.View(ml, Rows));
        return Numbers(ml, model, model.Model.TrainingSummary!);
    }

    private static double[] Multilabel(MLContext ml, Action<AliceMultilabelTrainer.Options> change)
    {
        var options = new AliceMultilabelTrainer.Options { LabelColumnName = nameof(KnownRow.AreHigh) };
        var model = ml.BinaryClassification.Trainers.AliceMultilabel(Small(options, change))
            .Fit(KnownRow.View(ml, Rows));
        return Numbers(ml, model, model.Model.TrainingSummary!);
    }

    /// <summary>Scores and quantiles of new rows, what held-out rows told, and the length of training.</summary>
    private static double[] Numbers(MLContext ml, ITransformer model, AliceTrainingSummary summary)
    {
        var scored = model.Transform(KnownRow.View(ml, ScoredRows, seed: 2));
        string[] columns = [.. new[] { "Score", "Quantiles", "ScoreStandardDeviation" }
            .Where(name => scored.Schema.GetColumnOrNull(name) is not null)];
        var estimate = summary.Estimate;
        return [
            .. columns.SelectMany(name => Values(scored, name)),
            .. new[] { estimate?.RootMeanSquaredError, estimate?.LogLoss, estimate?.AreaUnderRocCurve }
                .OfType<EstimatedValue>().SelectMany(e => new[] { e.Value, e.StandardError }),
            .. summary.Epochs.Count == 0 ? [] : new[] { summary.Epochs.Count, summary.Epochs[^1].TrainingLoss },
            .. summary.Candidates.SelectMany(candidate => new[] { candidate.Epochs, candidate.HeldOutLoss }),
            .. summary.WeightDecays];
    }

    private static IEnumerable<double> Values(IDataView scored, string column) =>
        scored.Schema[column].Type is VectorDataViewType
            ? scored.GetColumn<float[]>(column).SelectMany(row => row).Select(value => (double)value)
            : scored.GetColumn<float>(column).Select(value => (double)value);
}
