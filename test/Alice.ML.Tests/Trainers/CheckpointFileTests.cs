using Alice.ML.Files;
using Alice.ML.Models;
using Alice.ML.Tests.Tool;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Alice.ML.Tests.Trainers;

/// <summary>What Fit does with the file that it finds at CheckpointPath, and where it cannot write one.</summary>
[TestClass]
public sealed class CheckpointFileTests
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _warnings = [];

    public TestContext TestContext { get; set; } = null!;

    private string Current => _folder.PathOf("run.ckpt");

    private string Before => _folder.PathOf("run.ckpt.before");

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void A_cancelled_run_goes_on_from_where_it_was()
    {
        var whole = Fit(_ => { });
        foreach (var epoch in new[] { 2, 7, 11 })
            CollectionAssert.AreNotEqual(whole, FitUntil(epoch), $"cancelled after epoch {epoch}");
        CollectionAssert.AreEqual(whole, Fit(Resume));
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    public void A_race_that_is_cancelled_before_it_gives_anything_goes_on_too()
    {
        Action<AliceRegressionTrainer.Options> race = o =>
            (o.NumericEncoding, o.WeightDecay, o.NumberOfEpochs) = (NumericEncoding.Automatic, null, 12);
        var whole = Fit(race);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsExactly<OperationCanceledException>(
            () => Fit(race, Keep, o => o.CancellationToken = source.Token));
        using (var saved = RunFile.Open(Current))
            Assert.AreEqual((TrainingPhase.Choosing, false), (saved.Header.Phase, saved.Header.IsFinished));
        CollectionAssert.AreEqual(whole, Fit(race, Resume));
    }

    [TestMethod]
    public void A_file_of_another_version_is_named_before_any_row_is_read()
    {
        foreach (var version in new[] { RunFile.Version - 1, RunFile.Version + 1 })
        {
            // Whole and undamaged, with what another version wrote.
            using (var stream = File.Create(Current))
                CheckedRecord.Write(stream, 0x4e524c41, (byte)version, writer => writer.Write("another layout"));
            foreach (var resumes in new[] { Resume, Keep })
            {
                var error = Assert.ThrowsExactly<IOException>(() => Fit(resumes));
                Assert.AreEqual(
                    $"CheckpointPath: '{Current}' is a checkpoint of version {version}, and this Alice.ML reads "
                    + $"version {RunFile.Version}. Finish the run with the Alice.ML that wrote it, or delete the file "
                    + $"to start a new run.", error.Message);
            }
        }
    }

    [TestMethod]
    public void A_damaged_file_falls_back_to_the_one_before()
    {
        var whole = Fit(_ => { });
        FitUntil(3);
        FitUntil(6);
        var (current, before) = (File.ReadAllBytes(Current), File.ReadAllBytes(Before));
        var random = new Random(1);
        for (var i = 0; i < 30; i++)
        {
            var damaged = current.ToArray();
            if (i % 2 == 0)
                damaged[random.Next(4, damaged.Length)] ^= (byte)(1 << random.Next(8));
            else
                damaged = damaged[..random.Next(4, damaged.Length)];
            File.WriteAllBytes(Current, damaged);
            File.WriteAllBytes(Before, before);
            _warnings.Clear();
            CollectionAssert.AreEqual(whole, Fit(Resume));
            Assert.HasCount(1, _warnings);
            StringAssert.StartsWith(_warnings[0], $"'{Current}': The checkpoint");
            StringAssert.EndsWith(_warnings[0], $" The run continues from the previous checkpoint, '{Before}'.");
        }

        // As a kill between two renames leaves it.
        File.Delete(Current);
        File.WriteAllBytes(Before, before);
        _warnings.Clear();
        CollectionAssert.AreEqual(whole, Fit(Resume));
        Assert.AreEqual($"There is no '{Current}'. The run continues from the previous checkpoint, '{Before}'.",
            _warnings.Single());

        File.WriteAllBytes(Current, current[..100]);
        File.WriteAllBytes(Before, before[..100]);
        StringAssert.StartsWith(Error<InvalidOperationException>(Resume), "No checkpoint can be resumed. ");
        CollectionAssert.AreEqual(current[..100], File.ReadAllBytes(Current));
    }

    [TestMethod]
    public void After_a_damaged_file_the_good_one_before_stays_until_another_is_whole()
    {
        FitUntil(3);
        FitUntil(6);
        var before = File.ReadAllBytes(Before);
        File.WriteAllBytes(Current, File.ReadAllBytes(Current)[..^1]);
        FitUntil(9);
        CollectionAssert.AreEqual(before, File.ReadAllBytes(Before));
        RunFile.Open(Current).Dispose();

        using var earlier = new EarlierFiles(Current);
        FitUntil(11);
        earlier.AssertReplaced();
    }

    [TestMethod]
    public void A_checkpoint_of_another_run_is_refused_by_what_differs()
    {
        FitUntil(3);
        var bytes = File.ReadAllBytes(Current);
        void Refused(string difference, Action<AliceRegressionTrainer.Options>? change = null,
            Action<List<Example>>? changeRows = null,
            AliceRegressionModelParameters? model = null, int? seed = 1)
        {
            var rows = Example.Smooth(200);
            changeRows?.Invoke(rows);
            var error = Assert.ThrowsExactly<InvalidOperationException>(
                () => Train(rows, model, null, seed, Resume, change ?? (_ => { })));
            Assert.AreEqual(
                $"The checkpoint '{Current}' belongs to another run: {difference}. Use the data and options of "
                + $"that run, or delete the file.", error.Message);
            CollectionAssert.AreEqual(bytes, File.ReadAllBytes(Current));
        }

        Refused("the training data has 4 more rows: 204",
            changeRows: rows => rows.AddRange(Example.Smooth(4, seed: 2)));
        Refused("the training data has 1 fewer row: 199", changeRows: rows => rows.RemoveAt(7));
        Refused("the training data has other values of feature 2 of 'Features'",
            changeRows: rows => rows[17].Features[2]++);
        Refused("the training data has other labels", changeRows: rows => rows[199].Label++);
        Refused("NumberOfNetworks was 2 and is 3", o => o.NumberOfNetworks = 3);
        Refused("HiddenLayers was [8] and is [8, 4]", o => o.HiddenLayers = [8, 4]);
        Refused("Loss was Squared and is Huber(2)", o => o.Loss = RegressionLoss.Huber(2));
        Refused("ExampleWeightColumnName was null and is 'Weight'; the training data had no weights",
            o => o.ExampleWeightColumnName = "Weight");
        Refused("Optimizer.Beta2 was 0.995 and is 0.99", o => o.Optimizer = o.Optimizer with { Beta2 = 0.99 });
        Refused("the seed was 1 and is 2", seed: 2);
        Refused("ValidationFraction was 0 and is 0.1", o => o.ValidationFraction = 0.1);
        File.Delete(Current);
        var model = Train(Example.Smooth(200), null, null, 1, o => o.NumberOfEpochs = 1).Model;
        File.WriteAllBytes(Current, bytes);
        Refused("there was no model to continue from", model: model);
        // Where and how fast it runs is free.
        Fit(Resume, o => (o.NumberOfThreads, o.MaximumTrainingTime) = (1, TimeSpan.FromHours(1)));
    }

    [TestMethod]
    public void Validation_data_and_weights_belong_to_the_run()
    {
        var validation = Example.Smooth(60, seed: 3);
        float[] Run(List<Example> validation, params Action<AliceRegressionTrainer.Options>[] changes) =>
            Weights(Train(Example.Smooth(200), null, validation, 1,
                [o => o.ExampleWeightColumnName = "Weight", .. changes]).Model);
        var whole = Run(validation);
        using (var source = new CancellationTokenSource())
            Run(validation, Keep, o => (o.CancellationToken, o.Progress) =
                (source.Token, new Watcher(e => source.Cancel())));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Run(validation[1..], Resume));
        StringAssert.Contains(error.Message, "belongs to another run: the validation data has 1 fewer row: 59.");
        error = Assert.ThrowsExactly<InvalidOperationException>(
            () => Fit(Resume, o => o.ExampleWeightColumnName = "Weight"));
        StringAssert.Contains(error.Message, "belongs to another run: there was validation data.");
        CollectionAssert.AreEqual(whole, Run(validation, Resume));
    }

    [TestMethod]
    public void A_model_to_go_on_from_belongs_to_the_run()
    {
        var model = Train(Example.Smooth(200), null, null, 1, o => o.NumberOfEpochs = 5).Model;
        float[] Run(params Action<AliceRegressionTrainer.Options>[] changes) =>
            Weights(Train(Example.Smooth(200), model, null, 1, changes).Model);
        var whole = Run();
        using (var source = new CancellationTokenSource())
            Run(Keep, o => (o.CancellationToken, o.Progress) = (source.Token, new Watcher(e => source.Cancel())));
        CollectionAssert.AreEqual(whole, Run(Resume));
    }

    [TestMethod]
    public void Without_a_seed_a_run_goes_on_with_its_own()
    {
        AliceRegressionModelParameters Run(params Action<AliceRegressionTrainer.Options>[] changes) =>
            Train(Example.Smooth(200), null, null, null, changes).Model;
        using var source = new CancellationTokenSource();
        var seed = Run(Keep, o => (o.CancellationToken, o.Progress) = (source.Token, new Watcher(e => source.Cancel())))
            .TrainingSummary!.Seed;
        var resumed = Run(Resume);
        Assert.AreEqual(seed, resumed.TrainingSummary!.Seed);
        CollectionAssert.AreEqual(Weights(Train(Example.Smooth(200), null, null, seed).Model), Weights(resumed));
    }

    [TestMethod]
    public void A_run_that_has_not_ended_is_replaced_only_when_it_is_deleted()
    {
        var whole = Fit(Keep);
        // The ended run again, at once, and another one in its place.
        CollectionAssert.AreEqual(whole, Fit(Resume));
        FitUntil(3, Keep, o => o.NumberOfNetworks = 3);
        Assert.AreEqual(
            $"The checkpoint '{Current}' is of an unfinished run. Resume it, or delete the file to start a "
            + $"new run.",
            Error<InvalidOperationException>(Keep));
        File.Delete(Current);
        File.Delete(Before);
        Fit(Keep);
        using var saved = RunFile.Open(Current);
        Assert.IsTrue(saved.Header.IsFinished);
    }

    [TestMethod]
    public void A_file_of_another_kind_is_never_replaced()
    {
        foreach (var (path, way) in new (string, Action<AliceRegressionTrainer.Options>)[
] { (Current, Keep), (Current, Resume), (Before, Keep), (Before, Resume) })
        {
            File.WriteAllText(path, "a thesis");
            Assert.AreEqual(
                $"CheckpointPath: '{path}' is not a checkpoint, and would be overwritten. Name another file.",
                Error<IOException>(way));
            Assert.AreEqual("a thesis", File.ReadAllText(path));
            File.Delete(path);
        }
        Assert.AreEqual(
            $"The checkpoint '{_folder.PathOf("no/run.ckpt")}' cannot be written: its folder does not exist; make "
            + $"it first",
            Error<IOException>(o => o.CheckpointPath = _folder.PathOf("no/run.ckpt")));
    }

    [TestMethod]
    public void Where_there_is_no_file_yet_the_run_begins()
    {
        CollectionAssert.AreEqual(Fit(_ => { }), Fit(Resume));
        Assert.AreEqual($"There is no checkpoint '{Current}' yet: a new run starts.", _warnings.Single());
    }

    [TestMethod]
    public void On_a_full_disk_training_goes_on_and_the_last_checkpoint_stays()
    {
        var disk = _folder.PathOf("disk");
        Directory.CreateDirectory(disk);
        if (!OperatingSystem.IsLinux() || !AliceProcess.Tool("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk))
            Assert.Inconclusive("A small disk can be made on Linux alone, as an administrator.");
        try
        {
            var path = Path.Combine(disk, "run.ckpt");
            var whole = Fit(_ => { });
            byte[] last = [];
            CollectionAssert.AreEqual(
                whole, Fit(o => (o.CheckpointPath, o.CheckpointInterval, o.Progress) =
                    (path, TimeSpan.FromTicks(1), new Watcher(e =>
            {
                if (e.Epoch != 6)
                    return;
                last = File.ReadAllBytes(path);
                using var filler = File.Create(Path.Combine(disk, "filler"));
                try
                {
                    while (true)
                        filler.Write(new byte[4096]);
                }
                catch (IOException)
                {
                    // It is full.
                }
            }))));
            Assert.IsGreaterThan(0, last.Length);
            CollectionAssert.AreEqual(last, File.ReadAllBytes(path));
            Assert.IsEmpty(Directory.GetFiles(disk, ".alice-*.tmp"));
            var warning = _warnings.Single();
            StringAssert.StartsWith(warning,
                $"The checkpoint '{path}' could not be written: the run continues, and the last checkpoint is kept. No "
                + $"space left on device");
            File.Delete(Path.Combine(disk, "filler"));
            CollectionAssert.AreEqual(whole, Fit(o => (o.CheckpointPath, o.ResumeFromCheckpoint) = (path, true)));
        }
        finally
        {
            AliceProcess.Tool("umount", disk);
        }
    }

    [TestMethod]
    public void Time_of_earlier_processes_counts_towards_the_limit()
    {
        Action<AliceRegressionTrainer.Options> endless = o => o.NumberOfEpochs = 1_000_000;
        using (var source = new CancellationTokenSource())
            Fit(endless, Keep, o => (o.CancellationToken, o.Progress) = (source.Token, new Watcher(e =>
            {
                if (e.Seconds > 0.5)
                    source.Cancel();
            })));
        var summary = Train(Example.Smooth(200), null, null, 1, endless, Resume,
            o => o.MaximumTrainingTime = TimeSpan.FromSeconds(0.4)).Model.TrainingSummary!;
        Assert.AreEqual(StopReason.MaximumTrainingTime, summary.StopReason);
        Assert.IsGreaterThan(0.5, summary.Epochs[^1].Seconds);
    }

    [TestMethod]
    public void Options_of_checkpoints_are_checked()
    {
        var error = Assert.ThrowsExactly<ArgumentException>(
            () => new MLContext().Regression.Trainers.Alice(new AliceRegressionTrainer.Options
            {
                CheckpointInterval = TimeSpan.Zero,
                ResumeFromCheckpoint = true,
            }));
        Assert.AreEqual("CheckpointInterval is 00:00:00, but must be above 0." + Environment.NewLine
            + "ResumeFromCheckpoint is True, but CheckpointPath is not set: set it to the file of the run.",
            error.Message);
    }

    private void Keep(AliceRegressionTrainer.Options options) => options.CheckpointPath = Current;

    private void Resume(AliceRegressionTrainer.Options options) =>
        (options.CheckpointPath, options.ResumeFromCheckpoint) = (Current, true);

    /// <summary>Fits until an epoch has ended, and cancels then.</summary>
    private float[] FitUntil(int epoch, params Action<AliceRegressionTrainer.Options>[] changes)
    {
        using var source = new CancellationTokenSource();
        return Fit([Resume, .. changes, o =>
        {
            o.ResumeFromCheckpoint &= File.Exists(Current) && changes.Length == 0;
            o.CancellationToken = source.Token;
            o.Progress = new Watcher(e =>
            {
                if (e.Epoch >= epoch)
                    source.Cancel();
            });
        }]);
    }

    private float[] Fit(params Action<AliceRegressionTrainer.Options>[] changes) =>
        Weights(Train(Example.Smooth(200), null, null, 1, changes).Model);

    private string Error<T>(Action<AliceRegressionTrainer.Options> change)
        where T : Exception => Assert.ThrowsExactly<T>(() => Fit(change)).Message;

    private Microsoft.ML.Data.RegressionPredictionTransformer<AliceRegressionModelParameters> Train(
        List<Example> rows, AliceRegressionModelParameters? model, List<Example>? validation, int? seed,
        params Action<AliceRegressionTrainer.Options>[] changes)
    {
        var ml = new MLContext();
        ml.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                _warnings.Add(e.RawMessage);
        };
        var options = new AliceRegressionTrainer.Options
        {
            HiddenLayers = [8],
            NumberOfEpochs = 15,
            NumberOfNetworks = 2,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            Seed = seed,
            Device = "cpu",
        };
        foreach (var change in changes)
            change(options);
        var trainer = ml.Regression.Trainers.Alice(options);
        var data = Example.View(ml, rows);
        return model is not null ? trainer.Fit(data, model) : validation is not null
            ? trainer.Fit(data, Example.View(ml, validation)) : trainer.Fit(data);
    }

    private static float[] Weights(AliceRegressionModelParameters model) =>
        [.. model.Ensemble.Members.SelectMany(member => member.Network.Weights.ToArray())];
}
