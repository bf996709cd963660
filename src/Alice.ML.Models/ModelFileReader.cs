using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Alice.ML.Models;

/// <summary>Finds a model of ours in a file that <c>mlContext.Model.Save</c> wrote, and nothing else: no type or
/// assembly that the file names is loaded, and no other part of it is read.
/// </summary>
/// <remarks>The file is a .zip. Each part of the pipeline is an entry Model.key that starts with a header of 256 bytes;
/// those used here, little-endian: at 0 the mark "ML MODEL" with a zero for the space, at 16 and 24 where the part's
/// own bytes start (behind the header) and how many they are, at 64 the part's kind in eight characters, zeros for
/// spaces, at 72 the version of its layout.
/// </remarks>
internal static class ModelFileReader
{
    private const string EntryName = "Model.key";
    private const int HeaderBytes = 256;

    // What ML.NET writes before the bytes of a predictor: the size of a float.
    private const int FloatSize = 4;

    // Deflate makes no more than 1,032 bytes of one.
    private const long MostPerByte = 1032;

    /// <summary>Reads the only part of a kind.</summary>
    /// <param name="stream">The .zip.</param>
    /// <param name="maximumBytes">Of the part, unpacked.</param>
    /// <param name="kind">Eight characters.</param>
    /// <param name="what">The kind in words, for errors.</param>
    /// <param name="create">Reads the part: the reader, its bytes, the version of its layout.</param>
    /// <exception cref="FormatException">There is no such part, or several, or it is damaged or too large.</exception>
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
