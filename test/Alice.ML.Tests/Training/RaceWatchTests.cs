using Alice.ML.Optimization;
using Alice.ML.Training;
using Alice.ML.Training.Plan;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Tests.Training;

/// <summary>The time of a race, by a clock that the test sets.</summary>
[TestClass]
public class RaceWatchTests
{
    private readonly RunClock _clock = new() { Agreed = TimeSpan.Zero };
    private readonly List<AliceProgress> _reports = [];
    private bool _isCancelled;

    private RaceWatch Watch(double? seconds = null) => new(TestSettings.Of(batchSize: 1) with
    {
        MaximumTime = seconds is { } limit ? TimeSpan.FromSeconds(limit) : null,
        IsCancelled = () => _isCancelled,
    }, _clock, _reports.Add);

    private void After(double seconds) => _clock.Agreed = TimeSpan.FromSeconds(seconds);

    [TestMethod]
    public void Without_a_limit_there_is_no_end()
    {
        var watch = Watch();
        After(1e6);
        Assert.AreEqual(double.PositiveInfinity, watch.SecondsLeft);
        Assert.IsFalse(watch.IsLate);
        Assert.IsTrue(watch.Tick(1));
    }

    [TestMethod]
    public void A_share_of_the_time_is_kept_for_the_finish()
    {
        var watch = Watch(seconds: 100);
        After(20);
        // 85% of what is left is for steps, and 70% of that for the race.
        Assert.AreEqual(68, watch.SecondsLeft, 1e-9);
        watch.Keep(0.3);
        After(67.5);
        Assert.IsFalse(watch.IsLate);
        Assert.IsTrue(watch.Tick(1));
        After(67.7);
        Assert.IsTrue(watch.IsLate);
        Assert.IsFalse(watch.Tick(1));
        Assert.AreEqual(0, watch.StepsLeft);
    }

    [TestMethod]
    public void Steps_are_timed_from_a_moment_on()
    {
        var watch = Watch(seconds: 100);
        watch.Tick(50);
        After(10);
        watch.Measure();
        watch.Tick(4);
        watch.Tick(4);
        After(14);
        Assert.AreEqual(58, watch.Taken);
        Assert.AreEqual(0.5, watch.SecondsPerStep, 1e-9);
        watch.Keep(0);
        // 85% of 86 seconds, at half a second a step.
        Assert.AreEqual(146, watch.StepsLeft);
    }

    [TestMethod]
    public void Progress_tells_the_share_and_the_time_left_ten_times_a_second()
    {
        var watch = Watch();
        watch.Expected = 1000;
        watch.HeldOutLoss = 3;
        After(0.1);
        watch.Tick(100);
        Assert.IsEmpty(_reports);
        After(2);
        watch.Tick(100);
        watch.Tick(100);
        Assert.HasCount(1, _reports);
        Assert.AreEqual(TrainingPhase.Choosing, _reports[0].Phase);
        Assert.AreEqual(0.2, _reports[0].Share, 1e-9);
        Assert.AreEqual(8, _reports[0].TimeLeft!.Value.TotalSeconds, 1e-6);
        Assert.AreEqual(3, _reports[0].HeldOutLoss);
        After(3);
        watch.Tick(5000);
        Assert.AreEqual(0.99, _reports[1].Share, 1e-9);
    }

    [TestMethod]
    public void The_time_left_is_not_known_at_first()
    {
        var watch = Watch();
        watch.Expected = 10_000;
        After(1);
        watch.Tick(99);
        Assert.IsNull(_reports[0].TimeLeft);
    }

    [TestMethod]
    public void A_cancelled_race_ends()
    {
        var watch = Watch();
        _isCancelled = true;
        Assert.IsFalse(watch.Tick(1));
        Assert.IsTrue(watch.IsCancelled);
    }

    [TestMethod]
    public void A_resumed_race_has_the_time_of_the_one_before()
    {
        var first = Watch(seconds: 100);
        first.Tick(40);
        After(10);
        first.Measure();
        first.Tick(10);
        first.Keep(0.5);
        After(15);
        using var file = new MemoryStream();
        first.Save(new BinaryWriter(file));
        file.Position = 0;
        var second = Watch(seconds: 100);
        second.Restore(new BinaryReader(file));
        Assert.AreEqual((first.Taken, first.SecondsPerStep, first.StepsLeft),
            (second.Taken, second.SecondsPerStep, second.StepsLeft));
        Assert.AreEqual(0.5, second.SecondsPerStep, 1e-9);
        After(48.2);
        Assert.IsFalse(second.IsLate);
        After(48.3);
        Assert.IsTrue(second.IsLate);
    }

    [TestMethod]
    [DataRow(0.0, 0.0, 1e-4, 1e-3)]
    [DataRow(0.5, 0.0, 0.5, 0.0)]
    [DataRow(0.0, 0.25, 0.0, 0.25)]
    public void Text_gets_regularization_where_none_is_set(double l1, double l2, double takenL1, double takenL2)
    {
        var options = WideTables.TextOptimizer(
            AliceOptimizerOptions.Tabular with { L1Regularization = l1, L2Regularization = l2 },
            isClassification: true);
        Assert.AreEqual((takenL1, takenL2), (options.L1Regularization, options.L2Regularization));
        Assert.AreEqual((StepBound.Sgdm, 4.0, 0.5, 3.0),
            (options.StepBound, options.LearningRate, options.MinimumStep, options.MaximumStep));
        Assert.AreEqual(1,
            WideTables.TextOptimizer(AliceOptimizerOptions.Tabular, isClassification: false).LearningRate);
    }
}
