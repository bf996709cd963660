using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Plan;

/// <summary>The progress of a race, the time that is left, and whether the run was asked to stop. Members are
/// thread-safe.</summary>
/// <param name="settings">Settings of the run.</param>
/// <param name="clock">Measures the time since the fit began.</param>
/// <param name="report">Receives progress reports, on one thread at a time.</param>
internal sealed class RaceWatch(TrainingSettings settings, RunClock clock, Action<AliceProgress> report)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    // Before that, the duration is not known.
    private const double LeastShare = 0.01;

    private readonly Lock _lock = new();
    private TimeSpan _start = clock.Elapsed;
    private TimeSpan _lastReport = clock.Elapsed;
    private long _taken;

    // As of the last exchange between the ranks.
    private long _known;
    private TimeSpan _measuredFrom;
    private long _measuredTaken;
    private double _deadline = double.PositiveInfinity;

    /// <summary>Approximate total of network steps of the whole fit.</summary>
    public double Expected { get; set; } = 1;

    /// <summary>Lowest held-out loss so far, in the label's units.</summary>
    public double? HeldOutLoss { get; set; }

    /// <summary>Total of network steps so far; those of other ranks as of the last exchange.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    public bool IsCancelled => settings.IsCancelled();

    /// <summary>Whether the time planned for the race is used up.</summary>
    public bool IsLate => clock.Elapsed.TotalSeconds > _deadline;

    /// <summary>Mean seconds of one step of one network since <see cref="Measure"/>.</summary>
    public double SecondsPerStep =>
        (clock.Elapsed - _measuredFrom).TotalSeconds / Math.Max(1, Taken - _measuredTaken);

    /// <summary>Seconds left for steps; infinite without a limit.</summary>
    public double SecondsLeft =>
        settings.MaximumTime is { } limit ? AutoRules.TimeOfSteps * (limit - clock.Elapsed).TotalSeconds
        : double.PositiveInfinity;

    /// <summary>Agrees with other ranks on the time, the steps and whether to stop.</summary>
    public void Meet()
    {
        settings.Spread.Meet();
        var own = Taken - _known;
        _taken = _known += (long)settings.Spread.Sum(own);
    }

    /// <summary>Starts to measure the time of steps.</summary>
    public void Measure() => (_measuredFrom, _measuredTaken) = (clock.Elapsed, Taken);

    /// <summary>Sets the end of the race so that this share of the remaining time is kept for the final
    /// training.</summary>
    public void Keep(double share) => _deadline = clock.Elapsed.TotalSeconds + (1 - share) * SecondsLeft;

    /// <summary>Steps of one network that fit into the rest of the race's time.</summary>
    public long StepsLeft => (long)Math.Max(0, (_deadline - clock.Elapsed.TotalSeconds) / SecondsPerStep);

    /// <summary>Writes the measurements.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(_start.Ticks);
        writer.Write(Taken);
        writer.Write(_measuredFrom.Ticks);
        writer.Write(_measuredTaken);
        writer.Write(_deadline);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Restore(BinaryReader reader)
    {
        _start = new TimeSpan(reader.ReadInt64());
        _taken = _known = reader.ReadInt64();
        (_measuredFrom, _measuredTaken) = (new TimeSpan(reader.ReadInt64()), reader.ReadInt64());
        _deadline = reader.ReadDouble();
    }

    /// <summary>Records a step of some networks.</summary>
    /// <returns>Whether the race may continue.</returns>
    public bool Tick(int networks)
    {
        Interlocked.Add(ref _taken, networks);
        if (IsCancelled || IsLate)
            return false;
        if (clock.Elapsed > _lastReport + _interval && _lock.TryEnter())
            try
            {
                _lastReport = clock.Elapsed;
                var share = Math.Min(0.99, Taken / Expected);
                report(new AliceProgress
                {
                    Phase = TrainingPhase.Choosing,
                    Share = share,
                    TimeLeft = share > LeastShare ? (clock.Elapsed - _start) * ((1 - share) / share) : null,
                    HeldOutLoss = HeldOutLoss,
                });
            }
            finally
            {
                _lock.Exit();
            }
        return true;
    }
}
