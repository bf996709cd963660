using System.Text;
using Alice.ML.Files;

namespace Alice.ML.Training.Checkpoints;

/// <summary>What a checkpoint begins with.</summary>
/// <param name="Run">The run that it is of.</param>
/// <param name="Phase">Where that was.</param>
/// <param name="IsFinished">Whether it had ended.</param>
/// <param name="Seconds">Time that it had taken.</param>
internal sealed record RunHeader(RunIdentity Run, TrainingPhase Phase, bool IsFinished, double Seconds);

/// <summary>A checkpoint on the disk: one <see cref="CheckedRecord"/> of a <see cref="RunHeader"/> and the state of the
/// phase. The one before is kept beside it.
/// </summary>
internal static class RunFile
{
    private const uint Mark = 0x4e524c41; // "ALRN"
    private const byte Version = 1;

    /// <summary>Where the one before is kept.</summary>
    public static string Before(string path) => path + ".before";

    /// <summary>Writes a checkpoint, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keepsBefore">Whether the file that is there becomes the one before; else it is replaced.</param>
    /// <param name="header">What it is of.</param>
    /// <param name="state">Writes the state.</param>
    /// <exception cref="IOException">It cannot be written; both files are as they were.</exception>
    public static void Write(string path, bool keepsBefore, RunHeader header, Action<BinaryWriter> state) =>
        WholeFile.Write(path, stream => CheckedRecord.Write(stream, Mark, Version, writer =>
        {
            writer.WriteJson(header);
            state(writer);
        }), keepsBefore ? Before(path) : null);

    /// <summary>Deletes a checkpoint and the one before.</summary>
    public static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(Before(path));
    }

    /// <summary>Whether a file is a checkpoint, perhaps a damaged one.</summary>
    public static bool IsCheckpoint(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new BinaryReader(stream);
        return stream.Length >= sizeof(uint) && reader.ReadUInt32() == Mark;
    }

    /// <summary>Opens a checkpoint, all of which is checked.</summary>
    /// <exception cref="InvalidDataException">It is none, or not whole.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SavedRun Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            CheckedRecord.Verify(stream, Mark, Version, "checkpoint");
            stream.Position = CheckedRecord.HeadBytes;
            var reader = new BinaryReader(stream, Encoding.UTF8);
            return new SavedRun(path, reader.ReadJson<RunHeader>(), reader);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}

/// <summary>A checkpoint that was read up to the state of its phase.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Header">What it is of.</param>
/// <param name="State">Gives the state.</param>
internal sealed record SavedRun(string Path, RunHeader Header, BinaryReader State) : IDisposable
{
    /// <summary>What rank 0 has read, on all ranks.</summary>
    public static SavedRun? Share(Peers peers, SavedRun? saved, string path)
    {
        using var stream = new MemoryStream();
        if (saved is not null)
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.WriteJson(saved.Header);
            writer.Flush();
            saved.State.BaseStream.CopyTo(stream);
        }
        var bytes = peers.Broadcast(stream.ToArray());
        if (bytes.Length == 0)
            return null;
        var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new SavedRun(path, reader.ReadJson<RunHeader>(), reader);
    }

    public void Dispose() => State.Dispose();
}
