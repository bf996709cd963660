using System.Text;
using Alice.ML.Files;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>Names of the labels of a model, in their order.</summary>
internal static class LabelNames
{
    // Of UTF-8; a damaged length must not fill the memory.
    private const int MostBytes = 1 << 20;

    /// <summary>Names of the slots of a label column; where one has none, the column's name with the number from 0.
    /// </summary>
    public static string[] Of(Microsoft.ML.DataViewSchema.Column label)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (label.HasSlotNames())
            label.GetSlotNames(ref names);
        return [.. Enumerable.Range(0, ((VectorDataViewType)label.Type).Size).Select(slot =>
            slot < names.Length && names.GetItemOrDefault(slot) is { IsEmpty: false } name
                ? name.ToString() : $"{label.Name}.{slot}")];
    }

    /// <summary>Writes the number of names, for each the number of its bytes and these in UTF-8, and the checksum of
    /// all but the first number (<see cref="ChecksumStream"/>); numbers are little-endian, of 32 bits.</summary>
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

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="most">The most names that there can be.</param>
    /// <exception cref="FormatException">It would not write that.</exception>
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
