using Alice.ML.Trainers;
using Alice.ML.Training.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Reading;

/// <summary>How much memory the rows of a fit may take, and the files with those that would take more, which belong to
/// this object.</summary>
internal sealed class RowMemory : IDisposable
{
    // The rest is for the networks, and for what else the process does.
    private const double ShareOfFree = 0.5;

    // What is read of a file at once, for each thread and kind of inputs. A window has a part of every panel: smaller
    // windows would have parts that take longer to ask for than to read.
    private const long MostBlockBytes = 16L << 20;
    private const long LeastBlockBytes = 1L << 20;
    private const int BlocksInMemory = 16;

    private readonly string _folder;
    private readonly int _blockBytes;
    private readonly ulong _seed;
    private readonly List<RowFile> _files = [];

    /// <param name="options">Have the limit and the folder.</param>
    /// <param name="host">Knows the usual folder of temporary files.</param>
    /// <param name="seed">Decides the order of rows in files.</param>
    public RowMemory(AliceTrainerOptions options, IHostEnvironment host, int seed)
    {
        Left = options.MaximumMemory ?? (long)(ShareOfFree * Free());
        Chosen = options.MaximumMemory;
        _folder = options.TemporaryFolder ?? (host as IHostEnvironmentInternal)?.TempFilePath ?? Path.GetTempPath();
        _blockBytes = (int)Math.Clamp(Left / BlocksInMemory, LeastBlockBytes, MostBlockBytes);
        _seed = (ulong)seed;
    }

    /// <summary>What somebody has chosen; null: nobody has.</summary>
    public long? Chosen { get; }

    /// <summary>Bytes that rows may still take.</summary>
    public long Left { get; private set; }

    /// <summary>Takes memory for rows.</summary>
    public void Take(long bytes) => Left = Math.Max(0, Left - bytes);

    /// <summary>Bytes that are free for this process: of the machine, or of what its container or cgroup may
    /// take.</summary>
    public static long Free()
    {
        var memory = GC.GetGCMemoryInfo();
        return Math.Max(0, memory.TotalAvailableMemoryBytes
            - Math.Max(memory.MemoryLoadBytes, Environment.WorkingSet));
    }

    /// <summary>Makes a file for rows.</summary>
    /// <param name="columns">Features a row.</param>
    /// <param name="rows">Rows that there will be; null: not known.</param>
    /// <exception cref="IOException">There is no room for it.</exception>
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
