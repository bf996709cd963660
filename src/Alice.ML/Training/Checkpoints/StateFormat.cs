using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Training.Checkpoints;

/// <summary>Writes and reads the state of a run. <see cref="RunFile"/> has checked what is read.</summary>
internal static class StateFormat
{
    // Losses may be infinite or NaN.
    private static readonly JsonSerializerOptions _json =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes an object, such as a record, as JSON. Numbers are kept bit for bit.</summary>
    public static void WriteJson<T>(this BinaryWriter writer, T value) =>
        writer.Write(JsonSerializer.Serialize(value, _json));

    /// <inheritdoc cref="WriteJson"/>
    public static T ReadJson<T>(this BinaryReader reader) => JsonSerializer.Deserialize<T>(reader.ReadString(), _json)
        ?? throw new InvalidDataException("The checkpoint lacks a part.");

    /// <summary>Writes the values of a tensor.</summary>
    public static void WriteTensor(this BinaryWriter writer, Tensor values) => TensorRecord.Write(writer, values);

    /// <summary>Reads values into the memory of a tensor of the same shape.</summary>
    public static void ReadTensor(this BinaryReader reader, Tensor into, string name)
    {
        using var values = TensorRecord.Read(reader, into, name);
        into.copy_(values);
    }

    /// <summary>Writes the length of an array and its numbers.</summary>
    public static void WriteFloats(this BinaryWriter writer, ReadOnlySpan<float> values)
    {
        writer.Write(values.Length);
        writer.Write(MemoryMarshal.AsBytes(values));
    }

    /// <inheritdoc cref="WriteFloats"/>
    public static float[] ReadFloats(this BinaryReader reader)
    {
        var values = new float[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>Writes a number or null.</summary>
    public static void WriteOptional(this BinaryWriter writer, double? value)
    {
        writer.Write(value is not null);
        writer.Write(value ?? 0);
    }

    /// <inheritdoc cref="WriteOptional"/>
    public static double? ReadOptional(this BinaryReader reader) =>
        (reader.ReadBoolean(), reader.ReadDouble()) is (true, var value) ? value : null;
}
