using System.Formats.Tar;

namespace Alice.ML.Files;

/// <summary>Writes files that appear whole or not at all: into a temporary file beside the target, flushed to the disk
/// and renamed. What stood at the target stays until then, also when the process is killed or the disk is full.
/// </summary>
/// <remarks>A link is followed, the mode of an existing file is kept, and a file that nobody may write is refused.
/// Devices and pipes, such as /dev/stdout, cannot be renamed to: they are written as they are. A killed process may
/// leave its .alice-….tmp behind.
/// </remarks>
internal static class WholeFile
{
    // About a model of one wide network: what a disk must at least have room for.
    private const int ProbedBytes = 256 * 1024;
    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Writes the file by a function that gets a stream to write, read and seek in.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes it.</param>
    /// <param name="before">Where the file that stood there is moved to; null: it is replaced. Killed in between, the
    /// file is there alone.</param>
    /// <exception cref="IOException">It cannot be written. So are
    /// <see cref="UnauthorizedAccessException"/>s.</exception>
    public static void Write(string path, Action<Stream> content, string? before = null)
    {
        if (IsDevice(path))
        {
            using var memory = new MemoryStream();
            content(memory);
            using var device = new FileStream(path, FileMode.Open, FileAccess.Write);
            memory.WriteTo(device);
            return;
        }
        var target = RealPath.Of(path);
        Replace(target, temporary =>
        {
            content(temporary);
            temporary.Flush(flushToDisk: true);
        }, temporary =>
        {
            if (before is not null && File.Exists(target))
                File.Move(target, before, overwrite: true);
            File.Move(temporary, target, overwrite: true);
        });
    }

    /// <summary>Finds out by writing beside the target whether it could be written, and changes nothing.</summary>
    /// <exception cref="IOException">It could not. So do <see cref="UnauthorizedAccessException"/>s say.</exception>
    public static void Probe(string path)
    {
        var target = RealPath.Of(path);
        if (Directory.Exists(target))
            throw new IOException("it is a folder; name a file");
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            throw new IOException("its folder does not exist; make it first");
        if (File.Exists(target))
        {
            // The mode is asked for, because it does not stop an administrator.
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(target) & AnyWrite) == 0)
                throw new UnauthorizedAccessException("it is read-only");
            using var existing = new FileStream(
                target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        Replace(target, temporary =>
        {
            temporary.Write(new byte[ProbedBytes]);
            temporary.Flush(flushToDisk: true);
        }, File.Delete);
    }

    /// <summary>Whether it is a device or a pipe, which has no content to keep.</summary>
    public static bool IsDevice(string path)
    {
        var full = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            return full.StartsWith(@"\\.\", StringComparison.Ordinal);
        if (full.StartsWith("/proc/", StringComparison.Ordinal)
            || (full.StartsWith("/dev/", StringComparison.Ordinal)
                && !full.StartsWith("/dev/shm/", StringComparison.Ordinal)))
            return true;
        return new FileInfo(full) is { Exists: true, Length: 0 } && IsPipe(RealPath.Of(full));
    }

    // Without opening it, which its reader would notice: .NET tells the kind of a file only when it packs one.
    private static bool IsPipe(string path)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
            writer.WriteEntry(path, "file");
        archive.Position = 0;
        using var reader = new TarReader(archive);
        return reader.GetNextEntry()!.EntryType == TarEntryType.Fifo;
    }

    private static void Replace(string target, Action<FileStream> write, Action<string> finish)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".alice-{Path.GetRandomFileName()}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : null;
        if (!OperatingSystem.IsWindows() && mode is { } created)
            options.UnixCreateMode = created; // nobody can read it in the meantime who could not before
        try
        {
            using (var stream = new FileStream(temporary, options))
                write(stream);
            if (!OperatingSystem.IsWindows() && mode is { } kept)
                File.SetUnixFileMode(temporary, kept);
            finish(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Forget(temporary);
            // The file that the user knows, not the temporary one.
            throw new IOException(e.Message.Replace(temporary, target, StringComparison.Ordinal), e);
        }
        catch
        {
            Forget(temporary);
            throw;
        }
    }

    private static void Forget(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What went wrong first is what the user hears of.
        }
    }
}
