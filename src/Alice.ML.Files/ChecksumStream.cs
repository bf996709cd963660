using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Alice.ML.Files;

/// <summary>Passes bytes through, and keeps their CRC-32C (RFC 3720): the checksum of all files of this library. The
/// stream below stays open.</summary>
internal sealed class ChecksumStream(Stream below) : Stream
{
    private uint _crc = uint.MaxValue;

    /// <summary>Of the bytes that passed so far.</summary>
    public uint Checksum => ~_crc;

    /// <summary>Writes the content and then its checksum, four bytes, little-endian.</summary>
    public static void Write(Stream below, Action<BinaryWriter> content)
    {
        using var checksum = new ChecksumStream(below);
        using var writer = new BinaryWriter(checksum, Encoding.UTF8, leaveOpen: true);
        content(writer);
        writer.Flush();
        writer.Write(checksum.Checksum);
    }

    /// <summary>Reads the checksum that stands behind the content: whether it is that of the bytes that passed.
    /// </summary>
    /// <exception cref="EndOfStreamException">The stream ends before it.</exception>
    public bool IsIntact() => Checksum == ReadStored();

    /// <summary>Reads the checksum that stands behind the content.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before it.</exception>
    public uint ReadStored()
    {
        Span<byte> stored = stackalloc byte[sizeof(uint)];
        below.ReadExactly(stored);
        return BinaryPrimitives.ReadUInt32LittleEndian(stored);
    }

    public override bool CanRead => below.CanRead;

    public override bool CanWrite => below.CanWrite;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = below.Read(buffer);
        Add(buffer[..count]);
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Add(buffer);
        below.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => below.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Add(ReadOnlySpan<byte> bytes)
    {
        var crc = _crc;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        for (; bytes.Length >= sizeof(uint); bytes = bytes[sizeof(uint)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        _crc = crc;
    }
}
