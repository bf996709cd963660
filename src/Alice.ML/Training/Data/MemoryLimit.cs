namespace Alice.ML.Training.Data;

/// <summary>What is left of the memory for the rows of a fit. May be used on several threads.</summary>
/// <param name="bytes">The bytes at first.</param>
internal sealed class MemoryLimit(long bytes)
{
    private readonly Lock _lock = new();

    /// <summary>Remaining bytes.</summary>
    public long Left { get; private set; } = bytes;

    /// <summary>Subtracts memory that is needed in any case.</summary>
    public void Take(long bytes)
    {
        lock (_lock)
            Left = Math.Max(0, Left - bytes);
    }

    /// <summary>Subtracts memory if as much is left.</summary>
    public bool TryTake(long bytes)
    {
        lock (_lock)
        {
            if (bytes > Left)
                return false;
            Left -= bytes;
            return true;
        }
    }
}
