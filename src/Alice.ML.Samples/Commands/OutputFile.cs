namespace Alice.ML.Samples.Commands;

/// <summary>Files that a command will write.</summary>
internal static class OutputFile
{
    /// <summary>Says before the work, not after it, that its result could not be saved. Null is no file.</summary>
    /// <exception cref="UserException">Its folder is not there, or it is a folder itself.</exception>
    public static void Check(string? path)
    {
        if (path is null)
            return;
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
            throw new UserException($"{path}: its folder does not exist; make it first");
        if (Directory.Exists(path))
            throw new UserException($"{path} is a folder; name a file");
    }
}
