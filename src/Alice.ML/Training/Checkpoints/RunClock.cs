using System.Diagnostics;

namespace Alice.ML.Training.Checkpoints;

/// <summary>The time that a run has taken, in this process and in those that it was resumed from.</summary>
internal sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Time in earlier processes, up to the checkpoint.</summary>
    public TimeSpan Before { get; set; }

    public TimeSpan Elapsed => Before + _watch.Elapsed;
}
