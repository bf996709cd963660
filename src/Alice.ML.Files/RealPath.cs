namespace Alice.ML.Files;

/// <summary>Where a path leads once every link on the way is followed, so that two names of one file are seen to be
/// one.</summary>
internal static class RealPath
{
    // Linux gives up there too.
    private const int MaximumLinks = 40;

    /// <summary>As file systems compare names: without regard to case on Windows and macOS.</summary>
    public static StringComparer Comparer { get; } =
        OperatingSystem.IsWindows()
            || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    /// <summary>The full path without links; its last parts need not exist.</summary>
    /// <exception cref="IOException">The links lead round in circles.</exception>
    public static string Of(string path) => Of(path, 0);

    private static string Of(string path, int links)
    {
        if (links > MaximumLinks)
            throw new IOException("its links lead round in circles");
        var full = Path.GetFullPath(path);
        var real = Path.GetPathRoot(full)!;
        foreach (
            var part in full[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            // Null where there is nothing, or no link.
            if (new FileInfo(real).LinkTarget is not null)
                real = Of(File.ResolveLinkTarget(real, returnFinalTarget: false)!.FullName, links + 1);
        }
        return real;
    }
}
