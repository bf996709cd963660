using System.Text;
using Alice.ML.Files;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>Names of the labels of a model.</summary>
internal static class LabelNames
{
    // Limit of the UTF-8 bytes, so that a damaged length cannot exhaust the memory.
    private const int MostBytes = 1 << 20;

    /// <summary>The slot names of a label column. A slot without a name gets the name of the column and its index, from
    /// 0.</summary>
    public static string[] Of(Microsoft.ML.DataViewSchema.Column label)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (label.HasSlotNames())
            label.GetSlotNames(ref names);
        return [.. Enumerable.Range(0, ((VectorDataViewType)label.Type).Size).Select(slot =>
            slot < names.Length && names.GetItemOrDefault(slot) is { IsEmpty: false } name
                ? name.ToString() : $"{label.Name}.{slot}")];
    }

    /// <summary>Writes the number of names, the byte count and the UTF-8 bytes of each, and a checksum of everything
    /// but the first number (<see cref="ChecksumStream"/>). Numbers are little-endian and have 32 bits.</summary>
    public static void Save(BinaryWriter writer, IReadOnlyList<string> names)
    {
        writer.Write(names.Count);
        ChecksumStream.Write(writer.BaseStream, content =>
        {
            foreach (var name in names)
            {
                var bytes = Encoding.UTF8.GetBytes(name);
                content.Write(bytes.Length);
                content.Write(bytes);
            }
        });
    }

    /// <summary>Reads names that <see cref="Save"/> wrote.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="most">Maximum number of names.</param>
    /// <exception cref="FormatException">The data is damaged.</exception>
    public static string[] Load(BinaryReader reader, int most)
    {
        try
        {
            var names = new string[Length(reader, most)];
            using var checksum = new ChecksumStream(reader.BaseStream);
            using var content = new BinaryReader(checksum, Encoding.UTF8, leaveOpen: true);
            for (var i = 0; i < names.Length; i++)
            {
                var bytes = new byte[Length(content, MostBytes)];
                checksum.ReadExactly(bytes);
                names[i] = Encoding.UTF8.GetString(bytes);
            }
            return checksum.IsIntact() ? names : throw Damaged();
        }
        catch (EndOfStreamException)
        {
            throw Damaged();
        }

        static int Length(BinaryReader from, int most) =>
            from.ReadInt32() is var length && length >= 0 && length <= most
            ? length : throw Damaged();

        static FormatException Damaged() =>
            new("The model cannot be read: the names of its labels are damaged.");
    }
}
