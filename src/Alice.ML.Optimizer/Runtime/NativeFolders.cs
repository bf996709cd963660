using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Where the native libraries of TorchSharp may lie.</summary>
internal static class NativeFolders
{
    /// <summary>What packages call this platform (their folder is runtimes/…/native); null where TorchSharp has no
    /// native library.
    /// </summary>
    public static string? Platform { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() && !IsMusl => "linux-x64",
        Architecture.X64 when OperatingSystem.IsWindows() => "win-x64",
        Architecture.Arm64 when OperatingSystem.IsWindows() => "win-arm64",
        Architecture.Arm64 when OperatingSystem.IsMacOS() => "osx-arm64",
        _ => null,
    };

    // libtorch is linked with glibc.
    private static bool IsMusl =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl")
            || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine");

    /// <summary>The file that holds <paramref name="library"/>.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? library + ".dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    /// <summary>The path of <paramref name="library"/> where it is in this process already; null elsewhere, and always
    /// on macOS.</summary>
    public static string? FindLoaded(string library)
    {
        using var process = Process.GetCurrentProcess();
        return process.Modules.Cast<ProcessModule>().Select(module => module.FileName)
            .FirstOrDefault(path => Path.GetFileName(path) == FileName(library));
    }

    /// <summary>The path of <paramref name="library"/> in the folders of the application or beside TorchSharp.dll, or
    /// null.</summary>
    public static string? FindBesideApplication(string library)
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory)
            .Append(Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? "");
        return Find(searched, library);
    }

    /// <summary>The path of <paramref name="library"/> in the package folder that TorchSharp.dll lies in, or null. So
    /// it is in scripts and notebooks, which copy nothing together: each package is in a folder of its own.
    /// </summary>
    public static string? FindInPackages(string library) =>
        FindInPackages(library, typeof(torch).Assembly.Location, Version.Parse(torch.__version__).ToString(3));

    /// <summary>As above, for a TorchSharp.dll at <paramref name="torchSharp"/> that needs
    /// <paramref name="libtorchVersion"/>.</summary>
    internal static string? FindInPackages(string library, string torchSharp, string libtorchVersion)
    {
        // packages/torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll; empty where the application is a single file.
        string? package = torchSharp;
        for (var level = 0; level < 3; level++)
            package = Path.GetDirectoryName(package);
        var packages = Path.GetDirectoryName(Path.GetDirectoryName(package));
        if (Platform is null || package is null || packages is null)
            return null;
        var libtorch = Path.Combine(packages, $"libtorch-cpu-{Platform}", libtorchVersion);
        return Find(from folder in new[] { package, libtorch }
                    select Path.Combine(
            folder, "runtimes", Platform, "native"), library);
    }

    private static string? Find(IEnumerable<string> folders, string library) =>
        folders.Select(folder => Path.Combine(folder, FileName(library))).FirstOrDefault(File.Exists);
}
