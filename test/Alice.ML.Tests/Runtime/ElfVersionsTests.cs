using System.Buffers.Binary;
using System.Text;
using Alice.ML.Optimization.Runtime;

namespace Alice.ML.Tests.Runtime;

/// <summary>Version requirements in small ELF files, laid out as in the generic ABI: a header of 64 bytes, sections
/// that are 64 bytes each, and two lists of requirements, each with its own table of names.</summary>
[TestClass]
public class ElfVersionsTests
{
    private const int SectionSize = 64, FirstSection = 128;

    [TestMethod]
    public void Every_requirement_of_the_version_becomes_weak_and_no_other_byte_changes()
    {
        var image = Image(out var flags);
        var expected = (byte[])image.Clone();
        foreach (var at in flags["GLIBCXX_3.4.32"])
            expected[at] |= 2;
        Assert.AreEqual(3, ElfVersions.MarkWeak(image, "GLIBCXX_3.4.32"u8));
        CollectionAssert.AreEqual(expected, image);
        // A second time as well, with the flags that are there.
        Assert.AreEqual(3, ElfVersions.MarkWeak(image, "GLIBCXX_3.4.32"u8));
        CollectionAssert.AreEqual(expected, image);

        expected[flags["GLIBC_2.34"].Single()] |= 2;
        Assert.AreEqual(1, ElfVersions.MarkWeak(image, "GLIBC_2.34"u8));
        CollectionAssert.AreEqual(expected, image);
        foreach (var other in new[] { "GLIBCXX_3.4", "GLIBCXX_3.4.321", "XX_3.4.32", "" })
            Assert.AreEqual(0, ElfVersions.MarkWeak(image, Encoding.ASCII.GetBytes(other)), other);
        CollectionAssert.AreEqual(expected, image);
    }

    [TestMethod]
    public void A_file_that_is_not_64_bit_little_endian_ELF_is_left_as_it_is()
    {
        for (var at = 0; at < 6; at++)
        {
            var image = Image(out _);
            image[at]++;
            var before = (byte[])image.Clone();
            Assert.AreEqual(0, ElfVersions.MarkWeak(image, "GLIBCXX_3.4.32"u8), $"byte {at}");
            CollectionAssert.AreEqual(before, image);
        }
        foreach (var length in new[] { 0, 5, 6, 63 })
            Assert.AreEqual(0, ElfVersions.MarkWeak(Image(out _).AsSpan(0, length), "GLIBCXX_3.4.32"u8));
    }

    [TestMethod]
    public void The_binding_of_TorchSharp_needs_the_version_of_the_marker_once()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Only Linux has ELF files.");
        var image = File.ReadAllBytes(NativeFolders.FindBesideApplication("LibTorchSharp")!);
        Assert.AreEqual(1, ElfVersions.MarkWeak(image, "GLIBCXX_3.4.32"u8));
        Assert.AreEqual(0, ElfVersions.MarkWeak(image, "GLIBCXX_9.9.99"u8));
    }

    /// <summary>An image with two sections of requirements.</summary>
    /// <param name="flags">Addresses of the flags of each version.</param>
    private static byte[] Image(out Dictionary<string, List<int>> flags)
    {
        var image = new byte[1024];
        new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1 }.CopyTo(image, 0);
        Put64(image, 0x28, FirstSection);
        Put16(image, 0x3a, SectionSize);
        Put16(image, 0x3c, 5);
        flags = [];
        // Section 0 is empty; the names of section 1 are in section 4, and those of section 2 in section 3.
        PutNeeds(image, flags, section: 1, strings: 4, at: 512,
            [["GLIBC_2.34", "GLIBCXX_3.4.32"], ["GLIBCXX_3.4.32", "GLIBCXX_3.4.30", "GCC_3.0"]]);
        PutNeeds(image, flags, section: 2, strings: 3, at: 768, [["GLIBCXX_3.4.32"]]);
        return image;
    }

    private static void PutNeeds(
        byte[] image, Dictionary<string, List<int>> flags, int section, int strings, int at, string[][] libraries)
    {
        const uint String = 3, VersionNeed = 0x6ffffffe;
        var (needs, names) = (FirstSection + section * SectionSize, FirstSection + strings * SectionSize);
        var (namesAt, name) = (at + 176, 1);
        Put32(image, needs + 4, VersionNeed);
        Put64(image, needs + 0x18, at);
        Put32(image, needs + 0x28, (uint)strings);
        Put32(image, names + 4, String);
        Put64(image, names + 0x18, namesAt);
        for (var i = 0; i < libraries.Length; i++)
        {
            // Of a library: its number of versions, where they are, and where the next library is.
            var size = 16 + 16 * libraries[i].Length;
            Put16(image, at, 1);
            Put16(image, at + 2, (ushort)libraries[i].Length);
            Put32(image, at + 8, 16);
            Put32(image, at + 12, i + 1 < libraries.Length ? (uint)size : 0);
            for (var k = 0; k < libraries[i].Length; k++)
            {
                var (version, text) = (at + 16 + 16 * k, Encoding.ASCII.GetBytes(libraries[i][k] + "\0"));
                Put16(image, version + 4, 0x10);
                Put32(image, version + 8, (uint)name);
                Put32(image, version + 12, k + 1 < libraries[i].Length ? 16u : 0);
                text.CopyTo(image, namesAt + name);
                name += text.Length;
                (flags.TryGetValue(libraries[i][k], out var found) ? found : flags[libraries[i][k]] = [])
                    .Add(version + 4);
            }
            at += size;
        }
    }

    private static void Put16(byte[] image, int at, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), value);

    private static void Put32(byte[] image, int at, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);

    private static void Put64(byte[] image, int at, int value) =>
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), (ulong)value);
}
