using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Alice.ML.Training.Rules;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Reading;

/// <summary>The memory limit of the rows of a fit, and the temporary files for larger data. This object owns the
/// files.</summary>
internal sealed class RowMemory : IDisposable
{
    // The rest is for the networks and for other uses of the process.
    private const double ShareOfFree = 0.5;

    // Maximum number of bytes per read of a file, for each thread and encoding. A window has a part of every panel.
    // With smaller windows, requesting a part would take longer than reading it.
    private const long MostBlockBytes = 16L << 20;
    private const long LeastBlockBytes = 1L << 20;
    private const int BlocksInMemory = 16;

    // Plans with bins and plans without: each pair of networks of the race has its own order of rows.
    private const int KindsOfPlans = 2;

    private readonly string _folder;
    private readonly int _blockBytes;
    private readonly ulong _seed;
    private readonly int _orders;
    private readonly List<RowFile> _files = [];

    /// <param name="options">Options with the limit and the folder.</param>
    /// <param name="host">Host with the default folder of temporary files.</param>
    /// <param name="seed">Seed of the order of rows in files.</param>
    public RowMemory(AliceTrainerOptions options, IHostEnvironment host, int seed)
    {
        Limit = new(options.MaximumMemory ?? (long)(ShareOfFree * Free()));
        Chosen = options.MaximumMemory;
        // Of the folds, of the race, and of the final training.
        _orders = 2 + AutoRules.Folds(int.MaxValue, options.Effort) * AutoRules.NetworksPerFold * KindsOfPlans;
        _folder = options.TemporaryFolder ?? (host as IHostEnvironmentInternal)?.TempFilePath ?? Path.GetTempPath();
        _blockBytes = (int)Math.Clamp(Limit.Left / BlocksInMemory, LeastBlockBytes, MostBlockBytes);
        _seed = (ulong)seed;
    }

    /// <summary>The limit that the user has set. Null: none.</summary>
    public long? Chosen { get; }

    /// <summary>Remaining bytes for rows.</summary>
    public MemoryLimit Limit { get; }

    /// <summary>Bytes of a row in memory, at most: its values, its place in the orders of rows, and, if it has
    /// indicators of missing values, its prepared features beside those that were read.</summary>
    /// <param name="columns">Number of features.</param>
    /// <param name="missing">Number of features with missing values.</param>
    /// <param name="others">Number of labels and weights.</param>
    public long BytesOfRow(int columns, int missing, int others) => sizeof(int) * (long)_orders
        + sizeof(float) * (columns + (long)others + (missing > 0 ? columns + missing : 0));

    /// <summary>Free memory for this process in bytes: of the machine, or of the limit of its container or
    /// cgroup.</summary>
    public static long Free()
    {
        var memory = GC.GetGCMemoryInfo();
        return Math.Max(0, memory.TotalAvailableMemoryBytes
            - Math.Max(memory.MemoryLoadBytes, Environment.WorkingSet));
    }

    /// <summary>Creates a file for rows.</summary>
    /// <param name="columns">Number of features per row.</param>
    /// <param name="rows">Number of rows. Null: not known.</param>
    /// <exception cref="IOException">There is not enough space for the file.</exception>
    public PanelWriter CreateFile(int columns, long? rows)
    {
        var file = new RowFile(_folder, columns, rows);
        _files.Add(file);
        return new PanelWriter(file, _blockBytes, _seed);
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }
}
