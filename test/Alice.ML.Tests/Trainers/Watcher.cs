using Alice.ML.Training;

namespace Alice.ML.Tests.Trainers;

/// <summary>Calls back with every epoch.</summary>
internal sealed class Watcher(Action<AliceEpoch> action) : IProgress<AliceEpoch>
{
    public void Report(AliceEpoch value) => action(value);
}
