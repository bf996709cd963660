using static TorchSharp.torch;

namespace Alice.ML.Optimization.Tensors;

/// <summary>The form of tensors in files: dtype, shape, and values in row-major order.</summary>
internal static class TensorRecord
{
    // A span holds at most 2 GB.
    private const long ValuesAtOnce = 1L << 26;

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

    /// <summary>Reads a tensor into new CPU memory.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="like">A tensor with the expected dtype and shape. A damaged file cannot make it allocate
    /// more.</param>
    /// <param name="name">Name of the tensor, for errors.</param>
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
