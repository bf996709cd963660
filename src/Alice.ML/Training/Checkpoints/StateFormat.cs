using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Alice.ML.Optimization.Tensors;
using static TorchSharp.torch;

namespace Alice.ML.Training.Checkpoints;

/// <summary>How the parts of a run write and read their state. What is read was checked as a whole before
/// (<see cref="RunFile"/>).
/// </summary>
internal static class StateFormat
{
    // Losses may be infinite or no number.
    private static readonly JsonSerializerOptions _json =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>Writes values that have names, such as records, as JSON; numbers come back bit for bit.</summary>
    public static void WriteJson<T>(this BinaryWriter writer, T value) =>
        writer.Write(JsonSerializer.Serialize(value, _json));

    /// <inheritdoc cref="WriteJson"/>
    public static T ReadJson<T>(this BinaryReader reader) => JsonSerializer.Deserialize<T>(reader.ReadString(), _json)
        ?? throw new InvalidDataException("The checkpoint lacks a part.");

    /// <summary>Writes the values of a tensor.</summary>
    public static void WriteTensor(this BinaryWriter writer, Tensor values) => TensorRecord.Write(writer, values);

    /// <summary>Reads values of the same shape into the memory of a tensor.</summary>
    public static void ReadTensor(this BinaryReader reader, Tensor into, string name)
    {
        using var values = TensorRecord.Read(reader, into, name);
        into.copy_(values);
    }

    /// <summary>Writes numbers, as many as there are.</summary>
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

    /// <summary>Writes a number that may be missing.</summary>
    public static void WriteOptional(this BinaryWriter writer, double? value)
    {
        writer.Write(value is not null);
        writer.Write(value ?? 0);
    }

    /// <inheritdoc cref="WriteOptional"/>
    public static double? ReadOptional(this BinaryReader reader) =>
        (reader.ReadBoolean(), reader.ReadDouble()) is (true, var value) ? value : null;
}
