using System.Diagnostics;

namespace Alice.ML.Training.Ranks;

/// <summary>The time that a run has taken, in this process and in the processes that it was resumed from.</summary>
internal sealed class RunClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>Time in earlier processes, up to the checkpoint.</summary>
    public TimeSpan Before { get; set; }

    /// <summary>The time now.</summary>
    public TimeSpan Now => Before + _watch.Elapsed;

    /// <summary>The time of the last exchange between ranks. Null: the run has one process.</summary>
    public TimeSpan? Agreed { get; set; }

    /// <summary>The time that decisions depend on.</summary>
    public TimeSpan Elapsed => Agreed ?? Now;
}
