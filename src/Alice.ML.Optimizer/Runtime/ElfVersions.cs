using System.Buffers.Binary;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Version requirements of symbols in a 64-bit little-endian ELF file (generic ABI, section type
/// SHT_GNU_verneed).</summary>
internal static class ElfVersions
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>Marks every requirement of <paramref name="version"/> as weak, in place. The loader then accepts a
    /// library without that version.</summary>
    /// <returns>Number of requirements that were marked.</returns>
    public static int MarkWeak(Span<byte> image, ReadOnlySpan<byte> version)
    {
        if (image.Length < 64 || !image[..6].SequenceEqual(new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }))
            return 0;

        var sections = (int)UInt64(image, 0x28);
        var sectionSize = UInt16(image, 0x3a);
        var sectionCount = UInt16(image, 0x3c);
        var marked = 0;
        for (var i = 0; i < sectionCount; i++)
        {
            var section = sections + i * sectionSize;
            if (UInt32(image, section + 4) != VersionNeedSection)
                continue;
            var strings = (int)UInt64(image, sections + (int)UInt32(image, section + 0x28) * sectionSize + 0x18);
            marked += MarkWeak(image, (int)UInt64(image, section + 0x18), strings, version);
        }
        return marked;
    }

    private static int MarkWeak(Span<byte> image, int need, int strings, ReadOnlySpan<byte> version)
    {
        var marked = 0;
        while (true)
        {
            var entry = need + (int)UInt32(image, need + 8);
            for (var i = 0; i < UInt16(image, need + 2); i++)
            {
                var name = image[(strings + (int)UInt32(image, entry + 8))..];
                if (name[..name.IndexOf((byte)0)].SequenceEqual(version))
                {
                    var flags = image.Slice(entry + 4, 2);
                    BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(UInt16(image, entry + 4) | WeakFlag));
                    marked++;
                }
                entry += (int)UInt32(image, entry + 12);
            }
            var next = (int)UInt32(image, need + 12);
            if (next == 0)
                return marked;
            need += next;
        }
    }

    private static ushort UInt16(ReadOnlySpan<byte> image, int at) =>
        BinaryPrimitives.ReadUInt16LittleEndian(image[at..]);

    private static uint UInt32(ReadOnlySpan<byte> image, int at) =>
        BinaryPrimitives.ReadUInt32LittleEndian(image[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> image, int at) =>
        BinaryPrimitives.ReadUInt64LittleEndian(image[at..]);
}
