namespace Alice.ML.Tests;

/// <summary>The real data beside the repository, where it exists.</summary>
internal static class SharedData
{
    /// <summary>Path of a file in shared/data; makes the test inconclusive where there is none.</summary>
    public static string Path(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = System.IO.Path.Combine(folder.FullName, "shared", "data", file);
            if (File.Exists(path))
                return path;
        }
        throw new AssertInconclusiveException($"shared/data/{file} is not on this machine.");
    }
}
