using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Alice.ML.Training.Data;

/// <summary>Rows of floats in a temporary file. It disappears however the process ends: on Linux and macOS its name is
/// removed once it is open, and on Windows the system deletes it when its handle is closed.</summary>
internal sealed class RowFile : IDisposable
{
    private readonly string _folder;
    private readonly SafeFileHandle _handle;

    /// <param name="folder">Folder of the file.</param>
    /// <param name="columns">Number of floats per row.</param>
    /// <param name="rows">Number of rows, for which space is reserved at once. Null: not known yet.</param>
    /// <exception cref="IOException">The folder cannot be written to, or has no room for the rows.</exception>
    public RowFile(string folder, int columns, long? rows)
    {
        (_folder, Columns) = (folder, columns);
        var bytes = rows * RowBytes ?? 0;
        RequireRoom(bytes);
        var path = Path.Combine(folder, $"alice-{Guid.NewGuid():N}.rows");
        try
        {
            _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                FileOptions.RandomAccess | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : 0), bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process may have used the space meanwhile.
            RequireRoom(bytes);
            throw new IOException($"The rows would take more than MaximumMemory, and the folder '{folder}' cannot be "
                + $"written to: {e.Message} Set TemporaryFolder to one on a disk with room.", e);
        }
        if (!OperatingSystem.IsWindows())
            File.Delete(path);
    }

    public int Columns { get; }

    /// <summary>Number of rows written so far.</summary>
    public int Rows { get; private set; }

    private long RowBytes => sizeof(float) * (long)Columns;

    /// <summary>Appends rows.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public void Append(ReadOnlySpan<float> values)
    {
        try
        {
            RandomAccess.Write(_handle, MemoryMarshal.AsBytes(values), Rows * RowBytes);
        }
        catch (IOException e)
        {
            throw new IOException($"The folder '{_folder}' has no room for the rows: after {Rows:N0} of them "
                + $"({Rows * RowBytes:N0} bytes) {Free(_folder):N0} bytes are free, and a row takes {RowBytes:N0}. "
                + $"{Remedy} ({e.Message})", e);
        }
        Rows += values.Length / Columns;
    }

    /// <summary>Reads consecutive rows, as many as the buffer holds.</summary>
    public void Read(int row, Span<float> to)
    {
        var bytes = MemoryMarshal.AsBytes(to);
        for (var from = row * RowBytes; bytes.Length > 0;)
        {
            var read = RandomAccess.Read(_handle, bytes, from);
            if (read == 0)
                throw new IOException($"The file of rows in '{_folder}' ends before row {row:N0}.");
            bytes = bytes[read..];
            from += read;
        }
    }

    /// <summary>Overwrites a row.</summary>
    public void Write(int row, ReadOnlySpan<float> values) =>
        RandomAccess.Write(_handle, MemoryMarshal.AsBytes(values), row * RowBytes);

    public void Dispose() => _handle.Dispose();

    private const string Remedy = "Make room, set TemporaryFolder to a folder on another disk, give fewer columns, or "
        + "raise MaximumMemory.";

    private void RequireRoom(long bytes)
    {
        if (bytes > 0 && Directory.Exists(_folder) && Free(_folder) is var free && bytes > free)
            throw new IOException($"The rows would take more than MaximumMemory, and as a file {bytes:N0} bytes: in "
                + $"the folder '{_folder}' {free:N0} bytes are free. {Remedy}");
    }

    private static long Free(string folder)
    {
        var path = Path.GetFullPath(folder);
        return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(path)! : path).AvailableFreeSpace;
    }
}
