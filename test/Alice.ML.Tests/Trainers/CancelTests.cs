using System.Diagnostics;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Tests.Trainers;

/// <summary>Cancelling at any moment gives a model once plans have been measured, and how long Fit takes to
/// return.</summary>
/// <remarks>ALICE_CANCELS=50 cancels 50 times, as docs/reliability.md reports.</remarks>
[TestClass]
[DoNotParallelize]
public sealed class CancelTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Cancelling_gives_a_model_once_plans_have_been_measured()
    {
        if (Environment.GetEnvironmentVariable("ALICE_CANCELS") is not { } cancels)
            Cancel(1000, 3);
        else
            foreach (var rows in new[] { 1000, 20_000 })
                Cancel(rows, int.Parse(cancels));
    }

    private void Cancel(int rows, int cancels)
    {
        var data = Example.View(new MLContext(), Example.Smooth(rows));
        var random = new Random(1);
        var clock = new Stopwatch();
        // The first fit pays for what the runtime still has to compile.
        var seconds = Enumerable.Range(0, 2).Min(_ =>
        {
            clock.Restart();
            Fit(data, null, _ => { });
            return clock.Elapsed.TotalSeconds;
        });
        var latencies = new List<double>();
        var (models, late) = (0, 0);
        for (var i = 0; i < cancels; i++)
        {
            using var source = new CancellationTokenSource();
            var (moment, isMeasured, cancelled) = (random.NextDouble() * seconds, false, 0.0);
            clock.Restart();
            using var timer = new Timer(_ =>
            {
                cancelled = clock.Elapsed.TotalSeconds;
                source.Cancel();
            }, null, TimeSpan.FromSeconds(moment), Timeout.InfiniteTimeSpan);
            var wasMeasured = false;
            AliceTrainingSummary? summary = null;
            try
            {
                summary = Fit(data, source, progress =>
                {
                    isMeasured |= progress.HeldOutLoss is not null;
                    wasMeasured = isMeasured && !source.IsCancellationRequested || wasMeasured;
                });
                models++;
            }
            catch (OperationCanceledException)
            {
                Assert.IsFalse(wasMeasured, $"cancelled after {moment:f3} s, when plans had been measured");
            }
            if (cancelled == 0 || summary?.StopReason == StopReason.Finished)
                late++;
            else
                latencies.Add(1000 * (clock.Elapsed.TotalSeconds - cancelled));
        }
        latencies.Sort();
        if (latencies.Count > 0)
            TestContext.WriteLine($"{rows:N0} rows ({seconds:f1} s): {cancels} cancels, {late} of them too late; "
                + $"{models} models. Until Fit returned: median {latencies[latencies.Count / 2]:f0} ms, 90th "
                + $"percentile {latencies[(int)(0.9 * (latencies.Count - 1))]:f0} ms, most {latencies[^1]:f0} ms");
    }

    private static AliceTrainingSummary Fit(
        IDataView data, CancellationTokenSource? source, Action<AliceProgress> report) =>
            new MLContext().Regression.Trainers.Alice(new AliceRegressionTrainer.Options
            {
                Seed = 1,
                Device = "cpu",
                CancellationToken = source?.Token ?? default,
                Progress = new Reporter<AliceProgress>(report),
            }).Fit(data).Model.TrainingSummary!;
}
