namespace Alice.ML.Training;

/// <summary>How large and how long to train, from the number of rows, where the options do not say. docs/settings.md gives the reasons.</summary>
internal static class TrainingBudget
{
    private const long SharedWorkLimit = 8_000_000;

    /// <summary>Two layers of 64 units; of 128 for 33 to 1,024 columns. Wider tables are text, mostly zeros, and larger layers take long.</summary>
    public static int[] HiddenLayers(int columns) => columns is > 32 and <= 1024 ? [128, 128] : [64, 64];

    /// <summary>64 rows, and twice as many for every fourfold of 50,000 rows, up to 1,024.</summary>
    public static int BatchSize(int rows)
    {
        var size = 64;
        for (long limit = 50_000; rows > limit && size < 1024; limit *= 4)
            size *= 2;
        return Math.Min(size, rows);
    }

    /// <summary>
    /// About 6,000 steps for 1,000 rows, growing with the rows to the power 0.4, below 1,000 and above 50,000 rows 0.2; between 4 and 1,000 epochs; of that the share that the
    /// task takes.
    /// </summary>
    public static int Epochs(int rows, int batchSize, double share)
    {
        var steps = 6000 * Math.Pow(Math.Min(rows, 1000) / 1000.0, 0.2) * Math.Pow(Math.Clamp(rows, 1000, 50_000) / 1000.0, 0.4)
            * Math.Pow(Math.Max(rows, 50_000) / 50_000.0, 0.2);
        return (int)Math.Ceiling(share * Math.Clamp(Math.Round(steps * batchSize / rows), 4, 1000));
    }

    /// <summary>
    /// One thread where a step is too little work to share: waiting for each other would take longer. Null: as many as there are.
    /// </summary>
    public static int? Threads(long parameters, int batchSize) =>
        parameters * batchSize < SharedWorkLimit ? 1 : null;
}
