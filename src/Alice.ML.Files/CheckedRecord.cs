using System.Text;

namespace Alice.ML.Files;

/// <summary>Binary records that are read as a whole before anything takes effect: a mark, a version, the content, the
/// CRC-32C of all that.</summary>
internal static class CheckedRecord
{
    private const int BytesAtOnce = 1 << 16;

    /// <summary>Mark and version.</summary>
    public const int HeadBytes = sizeof(uint) + sizeof(byte);

    public static void Write(Stream stream, uint mark, byte version, Action<BinaryWriter> content) =>
        ChecksumStream.Write(stream, writer =>
        {
            writer.Write(mark);
            writer.Write(version);
            content(writer);
        });

    /// <summary>Reads a record; what the content's reader gives is disposed when the record turns out to be
    /// damaged.</summary>
    /// <exception cref="InvalidDataException">It is no such record, of another version, damaged or cut
    /// short.</exception>
    /// <exception cref="ArgumentException">It is whole, and fits another module or optimizer.</exception>
    public static T Read<T>(Stream stream, uint mark, byte version, string what, Func<BinaryReader, T> content)
        where T : IDisposable
    {
        T? result = default;
        try
        {
            using var checksum = new ChecksumStream(stream);
            using var reader = new BinaryReader(checksum, Encoding.UTF8, leaveOpen: true);
            CheckHead(reader, mark, version, what);
            result = content(reader);
            return checksum.IsIntact() ? result : throw new InvalidDataException(
                $"The {what} is damaged: its checksum does not fit. Load an earlier one.");
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException)
        {
            result?.Dispose();
            throw new InvalidDataException($"The {what} is cut short or damaged. Load an earlier one.", e);
        }
        catch
        {
            result?.Dispose();
            throw;
        }
    }

    /// <summary>Checks a file of one record and nothing else, without reading its content.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="mark">What kind of record it is.</param>
    /// <param name="version">Version of the content.</param>
    /// <param name="what">The kind in words, for errors.</param>
    /// <param name="remedy">What to do about damage: a sentence with a space before it, or nothing.</param>
    /// <exception cref="InvalidDataException">It is no such record, of another version, damaged or cut
    /// short.</exception>
    public static void Verify(Stream stream, uint mark, byte version, string what, string remedy = "")
    {
        if (stream.Length < HeadBytes + sizeof(uint))
            throw new InvalidDataException($"The {what} is cut short or damaged.{remedy}");
        using var checksum = new ChecksumStream(stream);
        using var reader = new BinaryReader(checksum, Encoding.UTF8, leaveOpen: true);
        CheckHead(reader, mark, version, what);
        var buffer = new byte[BytesAtOnce];
        for (var left = stream.Length - HeadBytes - sizeof(uint); left > 0; left -= buffer.Length)
            checksum.ReadExactly(buffer, 0, (int)Math.Min(buffer.Length, left));
        if (!checksum.IsIntact())
            throw new InvalidDataException($"The {what} is cut short or damaged: its checksum does not fit.{remedy}");
    }

    private static void CheckHead(BinaryReader reader, uint mark, byte version, string what)
    {
        if (reader.ReadUInt32() != mark)
            throw new InvalidDataException($"This is no {what} as this Alice.ML writes it, or a damaged one.");
        if (reader.ReadByte() is var found && found != version)
            throw new InvalidDataException(
                $"The {what} has version {found}; this Alice.ML reads {version}. Load the weights alone and begin a "
                + $"new run.");
    }
}
