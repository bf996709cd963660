using System.IO.Compression;
using System.Text;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>A text file on disk, optionally compressed, in a common encoding.</summary>
/// <param name="Path">The path.</param>
/// <param name="IsPacked">Whether it is compressed with gzip, whatever its extension.</param>
/// <param name="Encoding">The encoding if there is no byte order mark.</param>
internal sealed record TextFile(string Path, bool IsPacked, Encoding Encoding)
{
    private const int ProbedBytes = 4096;

    // Throws on bytes that are not UTF-8, so that another encoding can be tried.
    private static readonly UTF8Encoding _strictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The encoding of older Windows programs in western Europe and America.</summary>
    public static Encoding Windows1252 => CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>Examines the first bytes of a file. Without a byte order mark, it is UTF-16 if every other byte is 0,
    /// otherwise UTF-8.</summary>
    /// <exception cref="UserException">The file does not exist or is not text.</exception>
    public static TextFile Examine(string path)
    {
        if (Directory.Exists(path))
            throw new UserException($"{path} is a folder; name a file");
        if (!File.Exists(path))
            throw new UserException($"{path} does not exist");
        var file = new TextFile(path, IsPacked: false, _strictUtf8);
        if (file.Probe() is [0x1f, 0x8b, ..])
            file = file with { IsPacked = true };
        var bytes = file.Probe();
        if (bytes is [0xff, 0xfe, ..] or [0xfe, 0xff, ..] or [0, 0, 0xfe, 0xff, ..])
            return file;
        var zeros = bytes.Count(b => b == 0);
        if (zeros == 0)
            return file;
        // Latin text in UTF-16 has zeros at all even or all odd positions.
        var odd = bytes.Where((b, i) => i % 2 == 1 && b == 0).Count();
        return 3 * zeros < bytes.Length || (odd > 0 && odd < zeros)
            ? throw new UserException($"{path} is not a text file; give a comma, tab or semicolon separated one")
            : file with { Encoding = new UnicodeEncoding(bigEndian: odd == 0, byteOrderMark: false) };
    }

    /// <summary>Opens the text at its start.</summary>
    public StreamReader Open() => new(OpenBytes(), Encoding, detectEncodingFromByteOrderMarks: true);

    private Stream OpenBytes() =>
        IsPacked ? new GZipStream(File.OpenRead(Path), CompressionMode.Decompress) : File.OpenRead(Path);

    private byte[] Probe()
    {
        using var stream = OpenBytes();
        var bytes = new byte[ProbedBytes];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
    }
}
