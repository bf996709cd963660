using System.Diagnostics;

namespace Alice.ML.Training.Ranks;

/// <summary>The time that a run has taken, in this process and in those that it was resumed from.</summary>
internal sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Time in earlier processes, up to the checkpoint.</summary>
    public TimeSpan Before { get; set; }

    /// <summary>The time now.</summary>
    public TimeSpan Now => Before + _watch.Elapsed;

    /// <summary>The time as several ranks agreed on it last; null: the run is alone.</summary>
    public TimeSpan? Agreed { get; set; }

    /// <summary>What decisions depend on.</summary>
    public TimeSpan Elapsed => Agreed ?? Now;
}
