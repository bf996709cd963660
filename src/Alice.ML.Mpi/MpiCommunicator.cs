using System.Diagnostics;
using System.Runtime.InteropServices;
using Alice.ML.Training;

namespace Alice.ML.Mpi;

/// <summary>Connects the processes that mpirun or a cluster's scheduler has started. Needs Open MPI 4 or 5, on Linux or
/// macOS.</summary>
/// <remarks>MPI ends the whole job if a process dies or a machine is lost. A program that catches an exception outside
/// of Fit and gives up must call <see cref="Fail"/> first. Otherwise the other ranks wait for it.</remarks>
public sealed unsafe class MpiCommunicator : Communicator
{
    // MPI counts by int; a buffer of this many bytes is sent at a time.
    private const int MostBytes = 1 << 30;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly OpenMpi _mpi;
    private readonly bool _ownsMpi;
    private readonly nint _ranks;

    // Those that fail meet here: others wait in what uses the first one.
    private readonly nint _failures;
    private readonly Lock _lock = new();
    private bool _isDisposed;

    private MpiCommunicator(OpenMpi mpi, bool ownsMpi)
    {
        (_mpi, _ownsMpi) = (mpi, ownsMpi);
        (_ranks, _failures) = (mpi.Duplicate(mpi.World), mpi.Duplicate(mpi.World));
        (Rank, Size) = (mpi.Rank(_ranks), mpi.Size(_ranks));
    }

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <summary>Creates a communicator of all processes of the job, or of this process alone if no launcher has started
    /// several. Dispose it at the end of the program: Dispose waits for the other ranks, and MPI cannot be initialized
    /// again in the same process.</summary>
    /// <exception cref="DllNotFoundException">Open MPI is not installed.</exception>
    /// <exception cref="InvalidOperationException">MPI has already been finalized in this process, or it was
    /// initialized without thread support.</exception>
    public static MpiCommunicator World()
    {
        var mpi = OpenMpi.Load();
        if (mpi.IsFinalized())
            throw new InvalidOperationException(
                "MPI has ended in this process: keep one MpiCommunicator until the end of the program.");
        var begins = !mpi.IsInitialized();
        if (begins && mpi.Initialize() < OpenMpi.ThreadSerialized)
            throw new InvalidOperationException(
                "This Open MPI was built without thread support: install one with MPI_THREAD_SERIALIZED.");
        return new MpiCommunicator(mpi, begins);
    }

    /// <inheritdoc/>
    public override void Sum(Span<float> values) => Sum(values, _mpi.Float);

    /// <inheritdoc/>
    public override void Sum(Span<double> values) => Sum(values, _mpi.Double);

    /// <inheritdoc/>
    public override byte[][] Gather(ReadOnlySpan<byte> own)
    {
        lock (_lock)
        {
            var lengths = new long[Size];
            long length = own.Length;
            int[] counts = [.. Enumerable.Repeat(sizeof(long), Size)];
            int[] starts = [.. Enumerable.Range(0, Size).Select(rank => rank * sizeof(long))];
            GatherAll(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(ref length)),
                MemoryMarshal.AsBytes(lengths.AsSpan()), counts, starts);
            var total = lengths.Sum();
            if (total > Array.MaxLength)
                throw new InvalidOperationException($"The ranks gather {total:N0} bytes; 2 GB are possible at once.");
            for (var (rank, start) = (0, 0); rank < Size; start += counts[rank++])
                (counts[rank], starts[rank]) = ((int)lengths[rank], start);
            var all = new byte[total];
            GatherAll(own, all, counts, starts);
            return [.. counts.Zip(starts, (count, start) => all.AsSpan(start, count).ToArray())];
        }
    }

    /// <inheritdoc/>
    public override void Broadcast(Span<byte> values)
    {
        lock (_lock)
            for (; !values.IsEmpty; values = values[Math.Min(MostBytes, values.Length)..])
                fixed (byte* first = values)
                    _mpi.Broadcast(first, Math.Min(MostBytes, values.Length), _ranks);
    }

    /// <inheritdoc/>
    public override void Fail(string reason)
    {
        var request = _mpi.BeginBarrier(_failures);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < _patience; Thread.Sleep(1))
            if (_mpi.HasEnded(ref request))
                return;
        Console.Error.WriteLine(
            $"error: rank {Rank} of {Size} on {Environment.MachineName} cannot continue, and the job ends: {reason}");
        Console.Error.Flush();
        _mpi.Abort(_mpi.World, 1);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed || !disposing)
            return;
        _isDisposed = true;
        if (_mpi.IsFinalized())
            return;
        _mpi.Free(_ranks);
        _mpi.Free(_failures);
        if (_ownsMpi)
            _mpi.Finish();
    }

    private void Sum<T>(Span<T> values, nint type) where T : unmanaged
    {
        lock (_lock)
            for (; !values.IsEmpty; values = values[Math.Min(MostBytes / sizeof(T), values.Length)..])
                fixed (T* first = values)
                    _mpi.Sum(first, Math.Min(MostBytes / sizeof(T), values.Length), type, _ranks);
    }

    private void GatherAll(ReadOnlySpan<byte> own, Span<byte> all, int[] counts, int[] starts)
    {
        fixed (byte* from = own, to = all)
        fixed (int* count = counts, start = starts)
            _mpi.GatherAll(from, own.Length, to, count, start, _ranks);
    }
}
