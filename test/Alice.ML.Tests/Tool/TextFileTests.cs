using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Tool;

/// <summary>Encodings and archives.</summary>
[TestClass]
public sealed class TextFileTests
{
    [TestMethod]
    [DataRow("utf-8", true)]
    [DataRow("utf-8", false)]
    [DataRow("utf-16", true)]
    [DataRow("utf-16", false)]
    [DataRow("utf-16BE", true)]
    [DataRow("utf-16BE", false)]
    [DataRow("utf-32", true)]
    public void Encodings_are_found_with_and_without_a_mark_packed_and_not(string name, bool hasMark)
    {
        var encoding = System.Text.Encoding.GetEncoding(name);
        byte[] bytes = [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes("größe,b €\n1,2\n")];
        Assert.AreEqual("größe|b €", Names(Read(bytes)));
        Assert.AreEqual("größe|b €", Names(Read(Packed(bytes))));
    }

    [TestMethod]
    public void What_is_not_UTF_8_is_read_as_Windows_1252_with_a_note()
    {
        var notes = new List<string>();
        Assert.AreEqual("größe|b €", Names(Read(TextFile.Windows1252.GetBytes("größe,b €\n1,2\n"), notes)));
        Assert.AreEqual("t.csv is not UTF-8: read as Windows-1252", notes.Single());
    }

    [TestMethod]
    [DataRow("яя,ся\n1,234\n", "яя|ся", DisplayName = "a third of the bytes is 0")]
    [DataRow("яя,ся\n1,23\n", null, DisplayName = "less: no text")]
    public void UTF_16_without_a_mark_has_a_zero_in_a_third_of_its_bytes(string text, string? names)
    {
        var bytes = System.Text.Encoding.Unicode.GetBytes(text);
        if (names is not null)
            Assert.AreEqual(names, Names(Read(bytes)));
        else
            Assert.ThrowsExactly<UserException>(() => Read(bytes));
        Assert.ThrowsExactly<UserException>(() => Read("a\0\0b\0\0,\0\0\n\0\0"u8.ToArray()), "zeros at any place");
    }

    [TestMethod]
    public void A_damaged_archive_is_an_error_that_says_so()
    {
        var whole = Packed("a,b\n1,2\n"u8.ToArray());
        var changed = whole.ToArray();
        changed[12] ^= 0xff;
        var cut = Enumerable.Range(2, whole.Length - 2).Select(length => whole[..length]);
        foreach (var bytes in cut.Prepend(changed))
            StringAssert.Contains(Assert.ThrowsExactly<UserException>(() => Read(bytes), $"{bytes.Length}").Message,
                " is a damaged gzip file ", $"{bytes.Length} of {whole.Length} bytes");
        Assert.AreEqual("a|b", Names(Read([.. whole, .. Packed("3,4\n"u8.ToArray())])), "one archive after another");
    }

    [TestMethod]
    public void A_missing_file_and_a_folder_are_named()
    {
        using var folder = new TemporaryFolder();
        var absent = folder.PathOf("absent.csv");
        Assert.AreEqual($"{absent} does not exist",
            Assert.ThrowsExactly<UserException>(() => DelimitedFile.Read(absent, new())).Message);
        var itself = Path.GetDirectoryName(absent)!;
        Assert.AreEqual($"{itself} is a folder; name a file",
            Assert.ThrowsExactly<UserException>(() => DelimitedFile.Read(itself, new())).Message);
    }

    private static Table Read(byte[] bytes, List<string>? notes = null)
    {
        using var folder = new TemporaryFolder();
        var path = folder.PathOf("t.csv");
        File.WriteAllBytes(path, bytes);
        return DelimitedFile.Read(path, new(), null, note => notes?.Add(note.Replace(path, "t.csv")));
    }

    private static byte[] Packed(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static string Names(Table table) => string.Join('|', table.Names);
}
