namespace Alice.ML.Optimization;

/// <summary>What a run of the optimizer keeps besides its parameters; part of the state dictionary.</summary>
internal sealed class AliceRun(ulong directionKey)
{
    /// <summary>The key of all random directions of the run.</summary>
    public ulong DirectionKey { get; private set; } = directionKey;

    /// <summary>Steps that changed the state.</summary>
    public long StepCount { get; set; }

    /// <summary>Steps that a loss or gradient that was not finite left without effect.</summary>
    public long SkippedSteps { get; set; }

    /// <summary>How many steps were skipped since the last one that was not.</summary>
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
