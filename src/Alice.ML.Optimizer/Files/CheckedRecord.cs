using System.Text;
using static TorchSharp.torch;

namespace Alice.ML.Optimization.Files;

/// <summary>Binary records that are read as a whole before anything takes effect: a mark, a version, the content, the
/// CRC-32C of all that. Tensors are their dtype, their shape and their values row by row.
/// </summary>
internal static class CheckedRecord
{
    // Below the 2 GB that a span can hold.
    private const long ValuesAtOnce = 1L << 26;
    private const int BytesAtOnce = 1 << 16;

    /// <summary>Mark and version.</summary>
    public const int HeadBytes = sizeof(uint) + sizeof(byte);

    public static void Write(Stream stream, uint mark, byte version, Action<BinaryWriter> content)
    {
        using var checksum = new ChecksumStream(stream);
        using var writer = new BinaryWriter(checksum, Encoding.UTF8, leaveOpen: true);
        writer.Write(mark);
        writer.Write(version);
        content(writer);
        writer.Flush();
        stream.Write(BitConverter.GetBytes(checksum.Checksum));
    }

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
            var computed = checksum.Checksum;
            if (reader.ReadUInt32() != computed)
                throw new InvalidDataException(
                    $"The {what} is damaged: its checksum does not fit. Load an earlier one.");
            return result;
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
    /// <exception cref="InvalidDataException">It is no such record, of another version, damaged or cut
    /// short.</exception>
    public static void Verify(Stream stream, uint mark, byte version, string what)
    {
        if (stream.Length < HeadBytes + sizeof(uint))
            throw new InvalidDataException($"The {what} is cut short or damaged.");
        using var checksum = new ChecksumStream(stream);
        using var reader = new BinaryReader(checksum, Encoding.UTF8, leaveOpen: true);
        CheckHead(reader, mark, version, what);
        var buffer = new byte[BytesAtOnce];
        for (var left = stream.Length - HeadBytes - sizeof(uint); left > 0; left -= buffer.Length)
            checksum.ReadExactly(buffer, 0, (int)Math.Min(buffer.Length, left));
        var computed = checksum.Checksum;
        if (reader.ReadUInt32() != computed)
            throw new InvalidDataException($"The {what} is cut short or damaged: its checksum does not fit.");
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

    public static void Write(BinaryWriter writer, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        writer.Write((byte)tensor.dtype);
        writer.Write((byte)tensor.dim());
        foreach (var size in tensor.shape)
            writer.Write(size);
        ForEachPart(tensor.detach().cpu().contiguous(), part => writer.Write(part.bytes));
    }

    /// <summary>Reads a tensor into new memory on the CPU.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="like">What it must have the dtype and shape of: no other memory is asked for.</param>
    /// <param name="name">What the tensor is, for errors.</param>
    public static Tensor Read(BinaryReader reader, Tensor like, string name)
    {
        var type = (ScalarType)reader.ReadByte();
        var shape = new long[reader.ReadByte()];
        for (var d = 0; d < shape.Length; d++)
            shape[d] = reader.ReadInt64();
        if (type != like.dtype || !shape.SequenceEqual(like.shape))
            throw new ArgumentException(
                $"The state is that of another module, or damaged: {name} is {type} [{string.Join(", ", shape)}] in "
                + $"it, and should be {like.dtype} [{string.Join(", ", like.shape)}].");
        using var scope = NewDisposeScope();
        var values = empty(shape, dtype: type);
        ForEachPart(values, part => reader.BaseStream.ReadExactly(part.bytes));
        return values.DetachFromDisposeScope();
    }

    private static void ForEachPart(Tensor values, Action<Tensor> act)
    {
        var flat = values.view(-1);
        for (var start = 0L; start < values.numel(); start += ValuesAtOnce)
        {
            using var part = flat.narrow(0, start, Math.Min(ValuesAtOnce, values.numel() - start));
            act(part);
        }
    }
}
