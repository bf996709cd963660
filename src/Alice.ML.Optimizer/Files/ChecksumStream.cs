using System.Buffers.Binary;
using System.Numerics;

namespace Alice.ML.Optimization.Files;

/// <summary>Passes bytes through, and keeps their CRC-32C (RFC 3720). The stream below stays open.</summary>
internal sealed class ChecksumStream(Stream below) : Stream
{
    private uint _crc = uint.MaxValue;

    /// <summary>Of the bytes that passed so far.</summary>
    public uint Checksum => ~_crc;

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
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        _crc = crc;
    }
}
