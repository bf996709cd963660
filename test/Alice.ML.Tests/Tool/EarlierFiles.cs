namespace Alice.ML.Tests.Tool;

/// <summary>Files that are open while a program writes others in their places.</summary>
internal sealed class EarlierFiles : IDisposable
{
    private readonly List<(string Path, byte[] Content, FileStream? Stream)> _files;

    /// <summary>Opens files that are there.</summary>
    public EarlierFiles(params string[] paths) => _files =
    [
        .. paths.Select(path => (path, File.ReadAllBytes(path),
            // Windows renames nothing to the name of an open file.
            OperatingSystem.IsWindows() ? null
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))),
    ];

    /// <summary>Each path has another file now, and what was open is as it was: nothing was written in place.</summary>
    public void AssertReplaced()
    {
        foreach (var (path, content, stream) in _files)
        {
            CollectionAssert.AreNotEqual(content, File.ReadAllBytes(path), path);
            if (stream is null)
                continue;
            using var copy = new MemoryStream();
            stream.Position = 0;
            stream.CopyTo(copy);
            CollectionAssert.AreEqual(content, copy.ToArray(), $"{path} was written in place");
        }
    }

    public void Dispose()
    {
        foreach (var (_, _, stream) in _files)
            stream?.Dispose();
    }
}
