using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Finds the native libraries of TorchSharp.</summary>
internal static class NativeFolders
{
    /// <summary>The name of this platform in packages (runtimes/…/native). Null if TorchSharp has no native library for
    /// it.</summary>
    public static string? Platform { get; } = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 when OperatingSystem.IsLinux() && !IsMusl => "linux-x64",
        Architecture.X64 when OperatingSystem.IsWindows() => "win-x64",
        Architecture.Arm64 when OperatingSystem.IsWindows() => "win-arm64",
        Architecture.Arm64 when OperatingSystem.IsMacOS() => "osx-arm64",
        _ => null,
    };

    // libtorch is linked with glibc, so musl systems are not supported.
    private static bool IsMusl =>
        RuntimeInformation.RuntimeIdentifier.Contains("musl")
            || RuntimeInformation.RuntimeIdentifier.StartsWith("alpine");

    /// <summary>File name of <paramref name="library"/>.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? library + ".dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    /// <summary>The path of <paramref name="library"/> if this process has loaded it. Null otherwise, and always on
    /// macOS.</summary>
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

    /// <summary>The path of <paramref name="library"/> in the package folder that contains TorchSharp.dll, or null.
    /// Scripts and notebooks load each package from its own folder.</summary>
    public static string? FindInPackages(string library) =>
        FindInPackages(library, typeof(torch).Assembly.Location, Version.Parse(torch.__version__).ToString(3));

    /// <summary>The same for a TorchSharp.dll at <paramref name="torchSharp"/> that needs <paramref
    /// name="libtorchVersion"/>.</summary>
    internal static string? FindInPackages(string library, string torchSharp, string libtorchVersion)
    {
        // packages/torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll. Empty in single-file applications.
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
