using Alice.ML.Benchmarks.Quality;

namespace Alice.ML.Tests.Benchmarks;

/// <summary>The rival with a search has Alice's time, and no more by much.</summary>
[TestClass]
public class TimedSearchTests
{
    [TestMethod]
    [DataRow(10, 10)]
    [DataRow(10.5, 10)]
    [DataRow(1, 1)]
    [DataRow(0.2, 1)] // the default is tried in any case
    public void Tries_of_a_second_fill_the_time(double seconds, int tries)
    {
        var clock = new Clock();
        var search = Run(seconds, clock, _ => 1, i => i);
        Assert.AreEqual(tries, search.Tries);
        Assert.AreEqual(tries, clock.Now.TotalSeconds);
    }

    [TestMethod]
    public void None_is_begun_that_would_last_too_long_by_the_three_before_it()
    {
        // After 1, 1, 4 and 4 seconds, 10 are over and the next is expected to take 3: done at 13.
        Assert.AreEqual(4, Run(12.9, new Clock(), i => i < 2 ? 1 : 4, i => i).Tries);
        Assert.AreEqual(5, Run(13, new Clock(), i => i < 2 ? 1 : 4, i => i).Tries);
    }

    [TestMethod]
    public void The_setting_of_the_lowest_error_wins()
    {
        double[] errors = [3, 1, 2, 1, 5];
        Assert.AreEqual(1, Run(5, new Clock(), _ => 1, i => errors[i]).Best);
    }

    [TestMethod]
    public void Of_equal_errors_the_lower_log_loss_is_better_and_NaN_never_is()
    {
        Assert.IsTrue(new TryResult(0.1, 0.3).IsBetterThan(new(0.1, 0.4)));
        Assert.IsFalse(new TryResult(0.1, 0.4).IsBetterThan(new(0.1, 0.4)));
        Assert.IsFalse(new TryResult(0.2, 0.1).IsBetterThan(new(0.1, 0.4)));
        Assert.IsFalse(new TryResult(double.NaN, 0.1).IsBetterThan(new(0.1, 0.4)));
        Assert.IsFalse(new TryResult(0.1, double.NaN).IsBetterThan(new(0.1, double.NaN)));
    }

    // Settings are their numbers; the first is 0.
    private static SearchedSetting<int> Run(
        double time, Clock clock, Func<int, double> seconds, Func<int, double> error)
    {
        var drawn = 0;
        return TimedSearch.Run(0, () => ++drawn, setting =>
        {
            clock.Now += TimeSpan.FromSeconds(seconds(setting));
            return new(error(setting), double.NaN);
        }, TimeSpan.FromSeconds(time), clock);
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
