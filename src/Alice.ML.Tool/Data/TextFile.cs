using System.IO.Compression;
using System.Text;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>A text file as it lies on disk: packed by gzip or not, in one of the common encodings.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="IsPacked">Whether it is gzip, whatever its name says.</param>
/// <param name="Encoding">What its bytes mean where no byte order mark says it.</param>
internal sealed record TextFile(string Path, bool IsPacked, Encoding Encoding)
{
    private const int ProbedBytes = 4096;

    // Bytes that are no UTF-8 end the reading, so that another encoding can be tried.
    private static readonly UTF8Encoding _strictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The encoding of older Windows programs in western Europe and America.</summary>
    public static Encoding Windows1252 => CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    /// <summary>Looks at a file's first bytes. Text without a mark is UTF-8, or UTF-16 where every other byte is
    /// 0.</summary>
    /// <exception cref="UserException">There is no such file, or it holds no text.</exception>
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
        // Text of the Latin alphabet in UTF-16 without its mark: all zeros at even or all at odd places.
        var odd = bytes.Where((b, i) => i % 2 == 1 && b == 0).Count();
        return 3 * zeros < bytes.Length || (odd > 0 && odd < zeros)
            ? throw new UserException($"{path} is not a text file; give a comma, tab or semicolon separated one")
            : file with { Encoding = new UnicodeEncoding(bigEndian: odd == 0, byteOrderMark: false) };
    }

    /// <summary>Reads its text from the start.</summary>
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
