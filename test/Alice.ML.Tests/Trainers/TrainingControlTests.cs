using Alice.ML.Models;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Tests.Trainers;

/// <summary>Validation, early stopping, time, cancelling, continued training, divergence.</summary>
[TestClass]
public class TrainingControlTests
{
    private readonly MLContext _ml = new(seed: 1);

    private AliceRegressionTrainer Trainer(Action<AliceRegressionTrainer.Options> change)
    {
        var options = new AliceRegressionTrainer.Options
        {
            HiddenLayers = [16],
            NumberOfEpochs = 30,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Seed = 1,
            Device = "cpu",
        };
        change(options);
        return _ml.Regression.Trainers.Alice(options);
    }

    private IDataView Rows(int rows, int seed = 1) => Example.View(_ml, Example.Smooth(rows, seed));

    [TestMethod]
    public void Validation_measures_all_rows_every_epoch_and_the_best_epoch_is_the_model()
    {
        var validation = Rows(5000, seed: 2);
        // A learning rate so high that the loss goes up and down.
        var model = Trainer(o => (o.LearningRate, o.LearningRateSchedule) = (1, LearningRateSchedule.Constant))
            .Fit(Rows(200), validation);
        var summary = model.Model.TrainingSummary!;
        Assert.HasCount(30, summary.Epochs);
        Assert.AreEqual(5000, summary.ValidationRows);
        Assert.AreEqual("RMSE", summary.MetricName);
        var best = summary.Epochs.MinBy(e => e.ValidationLoss)!;
        Assert.AreEqual(best.Epoch, summary.BestEpoch);
        Assert.AreNotEqual(30, summary.BestEpoch,
            "the last epoch is not the best here, or the test would show nothing");
        var rmse = _ml.Regression.Evaluate(model.Transform(validation)).RootMeanSquaredError;
        Assert.AreEqual(best.ValidationMetric!.Value, rmse, 1e-4 * rmse);
        Assert.AreEqual(best.ValidationLoss!.Value, rmse * rmse, 1e-4 * rmse * rmse);
    }

    [TestMethod]
    public void The_learning_rate_is_lower_for_many_rows_unless_it_is_given_whatever_else_the_optimizer_changes()
    {
        double Rate(int rows, Action<AliceRegressionTrainer.Options> change) => Trainer(o =>
        {
            (o.NumberOfEpochs, o.LearningRateSchedule) = (1, LearningRateSchedule.Constant);
            change(o);
        }).Fit(Rows(rows)).Model.TrainingSummary!.Epochs[0].LearningRate;
        Assert.AreEqual(3e-3, Rate(2999, _ => { }), 1e-9);
        Assert.AreEqual(2e-3, Rate(3000, _ => { }), 1e-9);
        Assert.AreEqual(3e-3, Rate(3000, o => o.LearningRate = 3e-3), 1e-9);
        Assert.AreEqual(2e-3, Rate(3000, o => o.Optimizer = o.Optimizer with { QuickSteps = 3 }), 1e-9);
        Assert.AreEqual(2e-5, Rate(3000, o => o.Optimizer = o.Optimizer with { LearningRate = 3e-5 }), 1e-9);
    }

    [TestMethod]
    public void Averaging_takes_half_of_the_rate_and_gives_the_mean_of_the_weights_of_the_second_half()
    {
        // One step an epoch, so that shorter runs end at the weights that the long one passes.
        AliceRegressionModelParameters Fit(int epochs, double rate, LearningRateSchedule schedule) => Trainer(o =>
            (o.NumberOfEpochs, o.BatchSize, o.LearningRate, o.LearningRateSchedule) = (epochs, 200, rate, schedule))
                .Fit(Rows(200)).Model;
        var averaged = Fit(48, 4e-3, LearningRateSchedule.Averaged);
        Assert.IsTrue(averaged.TrainingSummary!.Epochs.All(e => Math.Abs(e.LearningRate - 2e-3) < 1e-9));

        float[] Weights(AliceRegressionModelParameters model) => [.. model.Layers.SelectMany(l => l.Weights.ToArray())];
        // Every eighth step counts.
        float[][] passed =
            [.. new[] { 32, 40, 48 }.Select(steps => Weights(Fit(steps, 2e-3, LearningRateSchedule.Constant)))];
        var mean = Weights(averaged);
        for (var i = 0; i < mean.Length; i++)
            Assert.AreEqual(passed.Average(weights => weights[i]), mean[i], 1e-5);
        Assert.IsGreaterThan(1e-3f, mean.Zip(passed[^1], (a, b) => Math.Abs(a - b)).Max(),
            "or the test would show nothing");
    }

    [TestMethod]
    public void Validation_measures_the_averaged_weights()
    {
        var validation = Rows(1000, seed: 2);
        var model = Trainer(o => o.LearningRateSchedule = LearningRateSchedule.Averaged).Fit(Rows(500), validation);
        var summary = model.Model.TrainingSummary!;
        Assert.IsGreaterThan(15, summary.BestEpoch, "averaging begins after the first half");
        var rmse = _ml.Regression.Evaluate(model.Transform(validation)).RootMeanSquaredError;
        Assert.AreEqual(summary.Epochs[summary.BestEpoch - 1].ValidationMetric!.Value, rmse, 1e-4 * rmse);
    }

    [TestMethod]
    public void Networks_with_bins_average_where_there_are_many_rows_unless_a_schedule_is_given()
    {
        double LastRate(int rows, Action<AliceRegressionTrainer.Options> change) => Trainer(o =>
        {
            (o.NumberOfEpochs, o.LearningRate, o.NumericEncoding) = (2, 1e-3, NumericEncoding.PiecewiseLinear);
            change(o);
        }).Fit(Rows(rows)).Model.TrainingSummary!.Epochs[^1].LearningRate;
        Assert.AreEqual(0.5e-3, LastRate(3000, _ => { }), 1e-9);
        Assert.IsLessThan(0.4e-3, LastRate(2999, _ => { }));
        Assert.IsLessThan(0.4e-3, LastRate(3000, o => o.NumericEncoding = NumericEncoding.None));
        Assert.IsLessThan(0.4e-3, LastRate(3000, o => o.LearningRateSchedule = LearningRateSchedule.Cosine));
    }

    [TestMethod]
    public void ValidationFraction_holds_rows_out_of_training()
    {
        var summary = Trainer(o => o.ValidationFraction = 0.25).Fit(Rows(200)).Model.TrainingSummary!;
        Assert.AreEqual(150, summary.TrainingRows);
        Assert.AreEqual(50, summary.ValidationRows);
        Assert.IsTrue(summary.Epochs.All(e => e.ValidationLoss > 0));
    }

    [TestMethod]
    public void Early_stopping_waits_for_its_patience()
    {
        var model = Trainer(o =>
        {
            (o.NumberOfEpochs, o.EarlyStoppingPatience, o.EarlyStoppingMinimumImprovement) = (500, 5, 0.5);
        }).Fit(Rows(200), Rows(200, seed: 2));
        var summary = model.Model.TrainingSummary!;
        Assert.AreEqual(StopReason.EarlyStopping, summary.StopReason);
        Assert.IsLessThan(100, summary.Epochs.Count);
        // Five epochs in a row were not half of what was the lowest before them.
        var losses = summary.Epochs.Select(e => e.ValidationLoss!.Value).ToArray();
        for (var i = losses.Length - 5; i < losses.Length; i++)
            Assert.IsGreaterThanOrEqualTo(0.5 * losses[..i].Min(), losses[i]);
    }

    [TestMethod]
    public void MaximumTrainingTime_ends_training_with_what_was_learned()
    {
        var summary =
            Trainer(o => (o.NumberOfEpochs, o.MaximumTrainingTime) = (1_000_000, TimeSpan.FromMilliseconds(200)))
            .Fit(Rows(200)).Model.TrainingSummary!;
        Assert.AreEqual(StopReason.MaximumTrainingTime, summary.StopReason);
        Assert.IsGreaterThanOrEqualTo(1, summary.Epochs.Count);
        Assert.IsLessThan(1_000_000, summary.Epochs.Count);
    }

    [TestMethod]
    public void Cancelling_after_an_epoch_gives_the_model_and_before_it_throws()
    {
        using var source = new CancellationTokenSource();
        var model = Trainer(o =>
        {
            o.CancellationToken = source.Token;
            o.Progress = new Watcher(e =>
            {
                if (e.Epoch == 3)
                    source.Cancel();
            });
        }).Fit(Rows(200));
        Assert.AreEqual(StopReason.Cancelled, model.Model.TrainingSummary!.StopReason);
        Assert.HasCount(3, model.Model.TrainingSummary.Epochs);

        var error = Assert.ThrowsExactly<OperationCanceledException>(
            () => Trainer(o => o.CancellationToken = source.Token).Fit(Rows(200)));
        Assert.AreEqual("Training was cancelled before its first epoch ended.", error.Message);
    }

    [TestMethod]
    public void The_MLContext_cancels_too()
    {
        var model = Trainer(o => o.Progress = new Watcher(e =>
        {
            if (e.Epoch == 2)
                _ml.CancelExecution();
        })).Fit(Rows(200));
        Assert.AreEqual(StopReason.Cancelled, model.Model.TrainingSummary!.StopReason);
    }

    [TestMethod]
    public void Continued_training_starts_where_the_model_was()
    {
        var data = Rows(500);
        var first = Trainer(o => o.NumberOfEpochs = 100).Fit(data);
        var before = _ml.Regression.Evaluate(first.Transform(data)).MeanSquaredError;
        var more = Trainer(o => (o.NumberOfEpochs, o.LearningRate) = (5, 1e-5)).Fit(data, first.Model);
        var after = _ml.Regression.Evaluate(more.Transform(data)).MeanSquaredError;
        Assert.AreEqual(before, after, 0.05 * before, "tiny steps change little");
        Assert.AreNotEqual(before, after);
    }

    [TestMethod]
    public void Continued_training_keeps_the_weights_of_a_column_that_no_longer_varies()
    {
        var rows = Example.Smooth(500);
        var first = Trainer(o => o.NumberOfEpochs = 100).Fit(Example.View(_ml, rows));
        var frozen = Example.Smooth(100).Where(r => r.Features[0] > 0).ToList();
        foreach (var row in frozen)
            row.Features[0] = 0.5f;
        var more = Trainer(o => (o.NumberOfEpochs, o.LearningRate) = (1, 1e-6))
            .Fit(Example.View(_ml, frozen), first.Model);
        var before = _ml.Regression.Evaluate(first.Transform(Example.View(_ml, rows))).MeanSquaredError;
        var after = _ml.Regression.Evaluate(more.Transform(Example.View(_ml, rows))).MeanSquaredError;
        Assert.AreEqual(before, after, 0.05 * before);
    }

    [TestMethod]
    public void Continuing_from_a_model_that_does_not_fit_is_refused()
    {
        var model = Trainer(_ => { }).Fit(Rows(100)).Model;
        var layers = Assert.ThrowsExactly<ArgumentException>(
            () => Trainer(o => o.HiddenLayers = [8]).Fit(Rows(100), model));
        Assert.AreEqual("The model to continue from has layers 4-16-1 with ReLU, but HiddenLayers and Activation ask "
            + "for 4-8-1 with ReLU. Set the options to the model's.", layers.Message);

        var wider = _ml.Transforms.Concatenate("Features", "Features", "Weight").Fit(Rows(100)).Transform(Rows(100));
        var columns = Assert.ThrowsExactly<ArgumentException>(() => Trainer(_ => { }).Fit(wider, model));
        Assert.AreEqual(
            "The feature column 'Features' has 5 values, but the model to continue from was trained with 4.",
            columns.Message);
    }

    [TestMethod]
    public void A_run_that_diverges_goes_back_and_halves_the_learning_rate()
    {
        var summary = Trainer(o => (o.LearningRate, o.Activation, o.LearningRateSchedule, o.HiddenLayers) =
            (0.25, Activation.SiLU, LearningRateSchedule.Constant, [32, 32, 32])).Fit(Rows(2000))
                .Model.TrainingSummary!;
        Assert.IsGreaterThan(0, summary.Restarts);
        Assert.HasCount(30, summary.Epochs);
        Assert.IsTrue(summary.Epochs.All(e => double.IsFinite(e.TrainingLoss)));
    }

    [TestMethod]
    public void A_run_that_diverges_again_and_again_fails_with_advice()
    {
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Trainer(o =>
            (o.LearningRate, o.Activation, o.LearningRateSchedule, o.HiddenLayers) =
                (1e30, Activation.SiLU, LearningRateSchedule.Constant, [32, 32])).Fit(Rows(200)));
        StringAssert.StartsWith(error.Message,
            "Training diverged 11 times, the last time at learning rate 9.77e+26. Set LearningRate below that");
    }

    [TestMethod]
    public void Gradient_accumulation_takes_the_same_steps()
    {
        var data = Rows(256);
        float[] Train(int parts) =>
            Trainer(o => (o.BatchSize, o.GradientAccumulation, o.NumberOfEpochs) = (64, parts, 5))
            .Fit(data).Model.Layers.SelectMany(l => l.Weights.ToArray()).ToArray();
        var (whole, parts) = (Train(1), Train(4));
        Assert.IsLessThan(1e-3f, whole.Zip(parts, (a, b) => Math.Abs(a - b) / (1 + Math.Abs(a))).Max());
    }

    [TestMethod]
    public void Weight_decay_shrinks_the_weights()
    {
        double Norm(double decay) => Trainer(o => (o.WeightDecay, o.NumberOfEpochs) = (decay, 100)).Fit(Rows(200))
            .Model.Layers[1].Weights.ToArray().Sum(w => w * w);
        Assert.IsLessThan(0.7 * Norm(0), Norm(10));
    }

    [TestMethod]
    public void The_summary_tells_what_the_optimizer_saw()
    {
        var summary = Trainer(o => o.Optimizer = o.Optimizer with { UseGlass = true }).Fit(Rows(200))
            .Model.TrainingSummary!;
        Assert.AreEqual("cpu", summary.Device);
        Assert.AreEqual(1, summary.Seed);
        Assert.AreEqual(StopReason.Finished, summary.StopReason);
        foreach (var epoch in summary.Epochs)
        {
            Assert.IsGreaterThan(0, epoch.MeanHessian);
            Assert.IsGreaterThan(0, epoch.MeanGlassDensity);
            Assert.IsTrue(epoch.ShareAtUpperBound is >= 0 and <= 1);
        }
    }
}
