using Alice.ML.Training;

namespace Alice.ML.Tests.Trainers;

/// <summary>Calls back with every epoch.</summary>
internal sealed class Watcher(Action<AliceEpoch> action) : IProgress<AliceProgress>
{
    public void Report(AliceProgress value)
    {
        if (value.Epoch is { } epoch)
            action(epoch);
    }
}
