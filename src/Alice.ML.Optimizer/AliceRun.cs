namespace Alice.ML.Optimization;

/// <summary>The state of a run apart from its parameters. Part of the state dictionary.</summary>
internal sealed class AliceRun(ulong directionKey)
{
    /// <summary>Key of all random directions of the run.</summary>
    public ulong DirectionKey { get; private set; } = directionKey;

    /// <summary>Number of steps that changed the state.</summary>
    public long StepCount { get; set; }

    /// <summary>Number of steps that were skipped because a loss or gradient was not finite.</summary>
    public long SkippedSteps { get; set; }

    /// <summary>Number of steps skipped since the last one that was taken.</summary>
    public long SkippedInARow { get; set; }

    public void Save(BinaryWriter writer)
    {
        writer.Write(DirectionKey);
        writer.Write(StepCount);
        writer.Write(SkippedSteps);
        writer.Write(SkippedInARow);
    }

    public void Load(BinaryReader reader)
    {
        DirectionKey = reader.ReadUInt64();
        StepCount = reader.ReadInt64();
        SkippedSteps = reader.ReadInt64();
        SkippedInARow = reader.ReadInt64();
    }

    public void Load(AliceRun source)
    {
        DirectionKey = source.DirectionKey;
        StepCount = source.StepCount;
        SkippedSteps = source.SkippedSteps;
        SkippedInARow = source.SkippedInARow;
    }
}
