using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Alice.ML.Models;

/// <summary>Finds a model of ours in a file that <c>mlContext.Model.Save</c> wrote. It does not load types or
/// assemblies that the file names, and does not read other parts of the file.</summary>
/// <remarks>The file is a .zip. Each part of the pipeline is an entry Model.key with a header of 256 bytes. These
/// fields are used, all little-endian. At 0: the mark "ML MODEL", with a zero for the space. At 16 and 24: start (after
/// the header) and length of the part's own bytes. At 64: the kind of the part in eight characters, with zeros for
/// spaces. At 72: the layout version.</remarks>
internal static class ModelFileReader
{
    private const string EntryName = "Model.key";
    private const int HeaderBytes = 256;

    // ML.NET writes the size of a float before the bytes of a predictor.
    private const int FloatSize = 4;

    // Maximum compression ratio of Deflate.
    private const long MostPerByte = 1032;

    /// <summary>Reads the only part of a kind.</summary>
    /// <param name="stream">The .zip.</param>
    /// <param name="maximumBytes">Maximum size of the unpacked part.</param>
    /// <param name="kind">The kind, in eight characters.</param>
    /// <param name="what">Name of the kind, for errors.</param>
    /// <param name="create">Creates the model from the reader, the number of bytes and the layout version.</param>
    /// <exception cref="FormatException">There is no such part or more than one, or it is damaged or too
    /// large.</exception>
    public static T Read<T>(Stream stream, long maximumBytes, string kind, string what,
        Func<BinaryReader, long, uint, T> create)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumBytes);
        try
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            var parts = zip.Entries.Where(entry => entry.Name == EntryName)
                .Select(entry => (Entry: entry, Header: ReadHeader(entry)))
                .Where(part => part.Header.Length == HeaderBytes && IsKind(part.Header, kind))
                .Take(2).ToArray();
            if (parts.Length != 1)
                throw new FormatException(parts.Length == 0
                    ? $"The file holds no {what} of Alice.ML."
                    : $"The file holds more than one {what} of Alice.ML: only a file of one can be read this way.");
            return Read(parts[0].Entry, parts[0].Header, stream.CanSeek ? stream.Length
                : long.MaxValue / MostPerByte, maximumBytes, create);
        }
        catch (Exception e) when (
            e is InvalidDataException or EndOfStreamException or ArgumentException or NotSupportedException
                or OverflowException)
        {
            throw new FormatException($"The file cannot be read as a model: {e.Message}", e);
        }
    }

    private static T Read<T>(ZipArchiveEntry entry, byte[] header, long fileBytes, long maximumBytes,
        Func<BinaryReader, long, uint, T> create)
    {
        var (start, length) = (Int64(header, 16), Int64(header, 24));
        if (start != HeaderBytes || length < FloatSize || length > entry.Length - start
            || entry.Length > MostPerByte * Math.Min(entry.CompressedLength, fileBytes))
            throw new FormatException(
                "The file cannot be read as a model: it says sizes that cannot be. It is damaged.");
        if (length > maximumBytes)
            throw new FormatException(
                $"The model has {length:N0} bytes, more than the {maximumBytes:N0} that were allowed.");
        using var content = entry.Open();
        content.ReadExactly(new byte[HeaderBytes + FloatSize]);
        using var reader = new BinaryReader(content, Encoding.UTF8);
        return create(reader, length - FloatSize, BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(72)));
    }

    private static byte[] ReadHeader(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        var header = new byte[HeaderBytes];
        return header[..content.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false)];
    }

    private static bool IsKind(byte[] header, string kind) =>
        header.AsSpan().StartsWith("ML\0MODEL"u8)
        && header.AsSpan(64, kind.Length).SequenceEqual(Encoding.ASCII.GetBytes(kind.Replace(' ', '\0')));

    private static long Int64(byte[] header, int at) => BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(at));
}
