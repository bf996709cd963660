using Alice.ML.Models;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>What people see of the choosing of plans: its estimate, progress, effort, and what a cancel or a time limit
/// leaves of it.</summary>
[TestClass]
public class PlanChoiceTests
{
    private readonly MLContext _ml = new(seed: 1);

    /// <summary>A smooth function with normal noise of deviation 1, about a third of the label's.</summary>
    private IDataView Noisy(int rows, int seed = 1)
    {
        var random = new Random(seed);
        var examples = Example.Smooth(rows, seed);
        foreach (var example in examples)
        {
            var noise = Enumerable.Range(0, 12).Sum(_ => random.NextSingle()) - 6;
            example.Label = 3 * MathF.Sin(2 * example.Features[0]) + example.Features[3] + noise;
        }
        return Example.View(_ml, examples);
    }

    private RegressionPredictionTransformer<AliceRegressionModelParameters> Fit(
        IDataView data, Action<AliceRegressionTrainer.Options> change)
    {
        var options = new AliceRegressionTrainer.Options { HiddenLayers = [16], Seed = 1, Device = "cpu" };
        change(options);
        return _ml.Regression.Trainers.Alice(options).Fit(data);
    }

    [TestMethod]
    [DataRow(300)]
    [DataRow(2000)]
    public void The_estimate_tells_the_error_on_new_rows(int rows)
    {
        var model = Fit(Noisy(rows), _ => { });
        var estimate = model.Model.TrainingSummary!.Estimate!;
        var error = estimate.RootMeanSquaredError!.Value;
        var test = _ml.Regression.Evaluate(model.Transform(Noisy(4000, seed: 2))).RootMeanSquaredError;
        Assert.AreEqual(test, error.Value, 3 * error.StandardError);
        Assert.IsTrue(error.StandardError is > 0 and < 0.2);
        Assert.IsGreaterThanOrEqualTo(rows / 5, estimate.Rows);
        Assert.IsNull(estimate.Accuracy);
    }

    [TestMethod]
    public void The_estimate_of_classes_has_their_measures()
    {
        var rows = Example.Smooth(600);
        var data = _ml.Data.LoadFromEnumerable(
            rows.Select(row => new Classified { Features = row.Features, Label = row.Features[0] > 0 }),
            Classified.Schema);
        var estimate = _ml.BinaryClassification.Trainers.Alice().Fit(data).Model.SubModel.TrainingSummary!.Estimate!;
        Assert.IsGreaterThan(0.95, estimate.AreaUnderRocCurve!.Value.Value);
        Assert.IsGreaterThan(0.9, estimate.Accuracy!.Value.Value);
        Assert.IsLessThan(0.3, estimate.LogLoss!.Value.Value);
        Assert.IsNull(estimate.RootMeanSquaredError);
    }

    [TestMethod]
    public void Validation_rows_of_your_own_judge_the_plans()
    {
        var trainer = _ml.Regression.Trainers.Alice(
            new AliceRegressionTrainer.Options { HiddenLayers = [16], Seed = 1, Device = "cpu" });
        AliceTrainingSummary Summary(int rows) => trainer.Fit(Noisy(400), Noisy(rows, seed: 2)).Model.TrainingSummary!;
        Assert.AreEqual(300, Summary(300).Estimate!.Rows);
        Assert.AreNotEqual(49, Summary(49).Estimate!.Rows, "too few to judge by");
    }

    [TestMethod]
    public void The_estimate_counts_extreme_labels_that_training_leaves_out()
    {
        IDataView Mistyped(int seed)
        {
            var rows = _ml.Data.CreateEnumerable<Example>(Noisy(2000, seed), reuseRowObject: false).ToList();
            foreach (var row in rows.Where((_, index) => index % 100 == 7))
                row.Label *= 1000;
            return Example.View(_ml, rows);
        }
        var model = Fit(Mistyped(1), _ => { });
        var estimate = model.Model.TrainingSummary!.Estimate!;
        var test = _ml.Regression.Evaluate(model.Transform(Mistyped(2)));
        Assert.IsGreaterThan(20, test.RootMeanSquaredError);
        Assert.AreEqual(
            test.RootMeanSquaredError, estimate.RootMeanSquaredError!.Value.Value,
            3 * Math.Sqrt(2) * estimate.RootMeanSquaredError.Value.StandardError);
        Assert.AreEqual(test.MeanAbsoluteError, estimate.MeanAbsoluteError!.Value.Value,
            3 * Math.Sqrt(2) * estimate.MeanAbsoluteError.Value.StandardError);
    }

    [TestMethod]
    public void Probabilities_have_the_temperature_that_held_out_rows_ask_for()
    {
        IDataView Coins(int seed)
        {
            var random = new Random(seed);
            var rows = Example.Smooth(4000, seed);
            return _ml.Data.LoadFromEnumerable(rows.Select(row => new Classified
            {
                Features = row.Features,
                Label = random.NextDouble() < 1 / (1 + Math.Exp(-5 * row.Features[0])),
            }), Classified.Schema);
        }
        // A strong decay makes log-odds far too small.
        var model = _ml.BinaryClassification.Trainers.Alice(
            new AliceBinaryTrainer.Options { WeightDecay = 36, Seed = 1 }).Fit(Coins(1));
        var scored = model.Transform(Coins(2));
        var truth = scored.GetColumn<bool>("Label").ToArray();
        var odds = scored.GetColumn<float>("Score").Select(score => (double)score).ToArray();
        double Loss(double factor) =>
            odds.Zip(truth)
                .Average(row => Math.Log(1 + Math.Exp(row.Second ? -factor * row.First : factor * row.First)));
        Assert.IsLessThan(Math.Min(Loss(0.7), Loss(1.4)), Loss(1));
    }

    [TestMethod]
    public void Candidates_tell_what_was_tried_and_chosen()
    {
        var summary = Fit(Noisy(400), options => options.WeightDecay = null).Model.TrainingSummary!;
        Assert.AreEqual(4, summary.Candidates.Sum(candidate => candidate.Networks));
        Assert.IsGreaterThan(4, summary.Candidates.Count);
        Assert.IsTrue(summary.Candidates.All(candidate => candidate.HeldOutLoss > 0 && candidate.Epochs > 0));
        CollectionAssert.AreEquivalent(
            summary.Candidates.SelectMany(candidate => Enumerable.Repeat(candidate.WeightDecay, candidate.Networks))
            .ToArray(), summary.WeightDecays.ToArray());
    }

    [TestMethod]
    public void Cancelling_after_the_first_judgement_gives_the_best_model_until_then()
    {
        using var source = new CancellationTokenSource();
        var data = Noisy(3000);
        var model = Fit(data, options =>
        {
            options.CancellationToken = source.Token;
            options.Progress = new Reporter<AliceProgress>(progress =>
            {
                if (progress.HeldOutLoss is not null)
                    source.Cancel();
            });
        });
        var summary = model.Model.TrainingSummary!;
        Assert.AreEqual(StopReason.Cancelled, summary.StopReason);
        Assert.IsNotNull(summary.Estimate);
        Assert.IsGreaterThan(0.3, _ml.Regression.Evaluate(model.Transform(data)).RSquared);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(300)]
    public void Little_time_gives_a_model(int milliseconds)
    {
        // So many epochs take longer on any machine.
        var summary = Fit(Noisy(1000), options => (options.NumberOfEpochs, options.MaximumTrainingTime) =
            (milliseconds == 1 ? null : 100_000, TimeSpan.FromMilliseconds(milliseconds))).Model.TrainingSummary!;
        Assert.AreEqual(StopReason.MaximumTrainingTime, summary.StopReason);
        Assert.IsNotNull(summary.Estimate);
    }

    [TestMethod]
    public void Progress_rises_to_the_end_through_both_phases()
    {
        var reports = new List<AliceProgress>();
        Fit(Noisy(3000), options => options.Progress = new Reporter<AliceProgress>(reports.Add));
        Assert.AreEqual(1, reports[^1].Share, 1e-9);
        Assert.IsTrue(reports.Zip(reports.Skip(1)).All(pair => pair.First.Phase <= pair.Second.Phase));
        Assert.IsTrue(reports.Where(report => report.Phase == TrainingPhase.Training)
            .All(report => report.Epoch is not null && report.HeldOutLoss > 0));
        var training = reports.Where(report => report.Phase == TrainingPhase.Training).Select(report => report.Share)
            .ToArray();
        CollectionAssert.AreEqual(training.Order().ToArray(), training);
    }

    [TestMethod]
    public void More_effort_trains_longer_and_holds_out_more()
    {
        AliceTrainingSummary Summary(Effort effort) =>
            Fit(Noisy(100), options => options.Effort = effort).Model.TrainingSummary!;
        var (quick, usual, best) = (Summary(Effort.Quick), Summary(Effort.Default), Summary(Effort.Best));
        Assert.IsGreaterThan(2 * quick.Estimate!.Rows, usual.Estimate!.Rows);
        Assert.IsGreaterThan(usual.Estimate.Rows, best.Estimate!.Rows);
        double Longest(AliceTrainingSummary summary) => summary.Candidates.Max(candidate => candidate.Epochs);
        Assert.IsGreaterThan(Longest(quick), Longest(best));
    }

    private sealed class Classified
    {
        public bool Label { get; set; }

        public float[] Features { get; set; } = [];

        public static SchemaDefinition Schema
        {
            get
            {
                var schema = SchemaDefinition.Create(typeof(Classified));
                schema[nameof(Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, Example.Inputs);
                return schema;
            }
        }
    }
}
