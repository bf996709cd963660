using Alice.ML.Tests.Tool;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Trainers;

/// <summary>A run that is resumed from any of its checkpoints gives the model of the uninterrupted run.</summary>
/// <remarks>That a killed process leaves such checkpoints is tested by KilledTrainingTests.</remarks>
[TestClass]
public sealed class CheckpointTests
{
    private const int Resumed = 5;
    private static readonly TaskCase[] Tasks = [.. TaskCase.WithSeveral];
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public TestContext TestContext { get; set; } = null!;

    private string FilePath => _folder.PathOf("run.ckpt");

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    public static IEnumerable<object[]> Runs =>
        [
        Run("race", 0, 120, o => (o.NumberOfEpochs, o.HiddenLayers, o.NumericEncoding, o.WeightDecay, o.Effort) =
            (null, [8], NumericEncoding.Automatic, null, Effort.Quick)),
        Run("race of several folds", 2, 120, o => (o.NumberOfEpochs, o.HiddenLayers, o.WeightDecay) = (null, [8], 6)),
        Run("race with chosen epochs", 0, 200,
            o => (o.NumericEncoding, o.WeightDecay) = (NumericEncoding.Automatic, null)),
        Run("two classes, dropout", 1, 120, o =>
            (o.NumberOfEpochs, o.HiddenLayers, o.WeightDecay, o.Dropout, o.Effort) =
                (null, [8], null, null, Effort.Quick)),
        Run("three classes", 2, 120, o => (o.NumberOfEpochs, o.HiddenLayers, o.Effort) = (null, [8], Effort.Quick)),
        Run("several numbers, some missing, with quantiles", 3, 120, o =>
        {
            (o.NumberOfEpochs, o.HiddenLayers, o.Effort) = (null, [8], Effort.Quick);
            ((AliceMultioutputTrainer.Options)o).Quantiles = [0.1, 0.9];
        }),
        Run("several labels of true and false", 4, 120, o =>
            (o.NumberOfEpochs, o.HiddenLayers, o.Effort) = (null, [8], Effort.Quick)),
        Run("no race", 0, 300, o => (o.NumericEncoding, o.NumberOfThreads, o.NumberOfEpochs) =
            (NumericEncoding.None, 2, 200)),
        Run("one network", 0, 300, o => o.NumberOfNetworks = 1),
        Run("averaged weights", 0, 300, o => o.LearningRateSchedule = LearningRateSchedule.Averaged),
        Run("validation that ends it early", 0, 300, o =>
            (o.NumberOfEpochs, o.ValidationFraction, o.EarlyStoppingPatience, o.EarlyStoppingMinimumImprovement) =
                (500, 0.2, 4, 0.3)),
        Run("networks that diverge", 0, 2000,
            o => (o.LearningRate, o.LearningRateSchedule, o.HiddenLayers, o.Activation, o.NumericEncoding) =
            (0.25, LearningRateSchedule.Constant, [32, 32, 32], Alice.ML.Models.Activation.SiLU, NumericEncoding.None)),
        Run("signed curvature, steps by tensors", 0, 300, o =>
            (o.Optimizer, o.Dropout) =
                (o.Optimizer with { HessianEstimate = Alice.ML.Optimization.HessianEstimate.Signed }, 0.3)),
        Run("quantiles", 0, 120, o =>
        {
            (o.NumberOfEpochs, o.HiddenLayers, o.Effort) = (null, [8], Effort.Quick);
            ((AliceRegressionTrainer.Options)o).Quantiles = [0.1, 0.9];
        }),
    ];

    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void A_run_resumed_from_any_checkpoint_equals_the_uninterrupted_one(
        string name, int task, int rows, Action<AliceTrainerOptions> change)
    {
        var whole = Fit(task, rows, change);
        var copies =
            Copies(() => Fit(task, rows, change,
                o => (o.CheckpointPath, o.CheckpointInterval) = (FilePath, TimeSpan.FromMilliseconds(2))));
        Assert.IsTrue(File.Exists(FilePath), "the ended run");
        Assert.IsFalse(File.Exists(FilePath + ".before"));
        var phases = new List<string>();
        foreach (var copy in copies)
        {
            File.Copy(copy, FilePath, overwrite: true);
            using (var saved = RunFile.Open(FilePath))
                phases.Add($"{saved.Header.Phase}{(saved.Header.IsFinished ? ", ended" : "")}");
            AssertSame(whole,
                Fit(task, rows, change, o => (o.CheckpointPath, o.ResumeFromCheckpoint) = (FilePath, true)), copy);
        }
        TestContext.WriteLine($"{name}: {string.Join("; ", phases)}");
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void A_fit_of_text_is_resumed_too()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 120).Select(i => new Text
        {
            Label = i % 2 == 0,
            Words =
                string.Join(' ', Enumerable.Range(0, 20)
                    .Select(_ => $"word{random.Next(600) + (i % 2 == 0 ? 40 : 0)}")),
        }).ToList();
        float[] Scores(params Action<AliceTrainerOptions>[] changes)
        {
            var ml = new MLContext(seed: 1);
            var data = ml.Data.LoadFromEnumerable(rows);
            var features = ml.Transforms.Text.FeaturizeText("Features", nameof(Text.Words)).Fit(data).Transform(data);
            var options = new AliceBinaryTrainer.Options { Device = "cpu" };
            foreach (var change in changes)
                change(options);
            var model = ml.BinaryClassification.Trainers.Alice(options).Fit(features);
            Assert.IsEmpty(model.Model.SubModel.TrainingSummary!.Candidates, "text has no race");
            return [.. model.Transform(features).GetColumn<float>("Score")];
        }
        var whole = Scores();
        using (var source = new CancellationTokenSource())
            CollectionAssert.AreNotEqual(whole, Scores(o =>
                (o.CheckpointPath, o.CancellationToken, o.Progress) =
                    (FilePath, source.Token, new Watcher(e => source.Cancel()))));
        CollectionAssert.AreEqual(whole, Scores(o => (o.CheckpointPath, o.ResumeFromCheckpoint) = (FilePath, true)));
    }

    private static object[] Run(string name, int task, int rows, Action<AliceTrainerOptions> change) =>
        [name, task, rows, change];

    /// <summary>Copies of the checkpoint at different times of a run, about evenly spread.</summary>
    private List<string> Copies(Action fit)
    {
        var copies = new List<string>();
        var training = Task.Run(fit, TestContext.CancellationToken);
        for (var last = DateTime.MinValue; !training.IsCompleted; Thread.Sleep(1))
            if (new FileInfo(FilePath) is { Exists: true } file && file.LastWriteTimeUtc != last)
                try
                {
                    last = file.LastWriteTimeUtc;
                    File.Copy(FilePath, _folder.PathOf($"copy{copies.Count}"));
                    copies.Add(_folder.PathOf($"copy{copies.Count}"));
                }
                catch (IOException)
                {
                    // It was just being replaced.
                }
        training.GetAwaiter().GetResult();
        TestContext.WriteLine($"{copies.Count} checkpoints of {new FileInfo(FilePath).Length:N0} bytes");
        return [.. Enumerable.Range(0, Resumed).Select(i => copies[i * (copies.Count - 1) / Resumed]).Append(copies[^1])
            .Distinct()];
    }

    private Fitted Fit(int task, int rows, params Action<AliceTrainerOptions>[] changes)
    {
        var ml = new MLContext(seed: 1);
        ml.Log += (_, e) =>
        {
            if (e.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning
                && e.Message.Contains("checkpoint", StringComparison.OrdinalIgnoreCase))
                _warnings.Add(e.Message);
        };
        var kind = Tasks[task];
        var data = kind.Labelled(ml, Example.Smooth(rows));
        var model = kind.Trainer(ml, o =>
        {
            foreach (var change in changes)
                change(o);
        }).Fit(data);
        return new Fitted(kind.Scores(ml, model.Transform(data)), kind.Summary(model));
    }

    private static void AssertSame(Fitted expected, Fitted actual, string what)
    {
        CollectionAssert.AreEqual(expected.Scores, actual.Scores, what);
        var (was, now) = (expected.Summary, actual.Summary);
        CollectionAssert.AreEqual(Epochs(was), Epochs(now), what);
        CollectionAssert.AreEqual(was.Epochs.SelectMany(epoch => epoch.NetworkLosses).ToArray(),
            now.Epochs.SelectMany(epoch => epoch.NetworkLosses).ToArray(), what);
        CollectionAssert.AreEqual(Estimates(was.Estimate), Estimates(now.Estimate));
        Assert.AreEqual(Candidates(was), Candidates(now));
        Assert.AreEqual((was.StopReason, was.BestEpoch, was.Restarts, was.TrainingRows, was.ValidationRows),
            (now.StopReason, now.BestEpoch, now.Restarts, now.TrainingRows, now.ValidationRows));

        // A record with a list in it is equal to itself only.
        static AliceEstimate[] Estimates(AliceEstimate? estimate) =>
            estimate is null ? [] : [estimate with { Labels = null }, .. estimate.Labels ?? []];

        static string Candidates(AliceTrainingSummary summary) =>
            string.Join(';', summary.Candidates.Select(c => c with { HiddenLayers = [] }));

        static AliceEpoch[] Epochs(AliceTrainingSummary summary) =>
            [.. summary.Epochs.Select(epoch => epoch with { Seconds = 0, NetworkLosses = [] })];
    }

    private sealed class Text
    {
        public bool Label { get; set; }

        public string Words { get; set; } = "";
    }

    private sealed record Fitted(float[] Scores, AliceTrainingSummary Summary);
}
