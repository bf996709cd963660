using System.Text;
using Alice.ML.Files;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Checkpoints;

/// <summary>Header of a checkpoint.</summary>
/// <param name="Run">Identity of the run.</param>
/// <param name="Phase">Phase of the run.</param>
/// <param name="IsFinished">Whether the run had ended.</param>
/// <param name="Seconds">Seconds that the run had taken.</param>
internal sealed record RunHeader(RunIdentity Run, TrainingPhase Phase, bool IsFinished, double Seconds);

/// <summary>A checkpoint on disk: one <see cref="CheckedRecord"/> with a <see cref="RunHeader"/> and the state of the
/// phase. The previous checkpoint is kept beside it.</summary>
internal static class RunFile
{
    private const uint Mark = 0x4e524c41; // "ALRN"
    private const string What = "checkpoint";

    /// <summary>To be raised with every change of what a phase writes. 2: the race writes the steps of each lane.
    /// </summary>
    public const byte Version = 2;

    /// <summary>Path of the previous checkpoint.</summary>
    public static string Before(string path) => path + ".before";

    /// <summary>Writes a checkpoint, completely or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="keepsBefore">Whether the existing file becomes the previous checkpoint. Otherwise it is
    /// replaced.</param>
    /// <param name="header">The header.</param>
    /// <param name="state">Writes the state.</param>
    /// <exception cref="IOException">The file cannot be written. Both files are unchanged.</exception>
    public static void Write(string path, bool keepsBefore, RunHeader header, Action<BinaryWriter> state) =>
        WholeFile.Write(path, stream => CheckedRecord.Write(stream, Mark, Version, writer =>
        {
            writer.WriteJson(header);
            state(writer);
        }), keepsBefore ? Before(path) : null);

    /// <summary>Deletes a checkpoint and the previous one.</summary>
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

    /// <summary>The version of an undamaged checkpoint that another version of the library wrote. Null: it is of this
    /// version, or damaged.</summary>
    public static byte? OtherVersion(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length < CheckedRecord.HeadBytes)
            return null;
        stream.Position = sizeof(uint);
        var found = (byte)stream.ReadByte();
        if (found == Version)
            return null;
        try
        {
            stream.Position = 0;
            CheckedRecord.Verify(stream, Mark, found, What);
            return found;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Opens a checkpoint and checks all of it.</summary>
    /// <exception cref="InvalidDataException">The file is not a checkpoint, or is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SavedRun Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            CheckedRecord.Verify(stream, Mark, Version, What);
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

/// <summary>A checkpoint whose header has been read.</summary>
/// <param name="Path">Path of the file.</param>
/// <param name="Header">The header.</param>
/// <param name="State">Reader of the state.</param>
internal sealed record SavedRun(string Path, RunHeader Header, BinaryReader State) : IDisposable
{
    /// <summary>Sends what rank 0 has read to all ranks.</summary>
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
