using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Alice.ML.Runtime;

/// <summary>
/// Loads libtorch where TorchSharp's own loading stops: from the folder in <see cref="FolderVariable"/>, and on Linux
/// systems whose libstdc++ is older than the one that LibTorchSharp was linked with (Debian 12, Ubuntu 22.04).
/// </summary>
internal static class LibTorch
{
    /// <summary>Environment variable that names the libtorch folder of a PyTorch installation (…/torch/lib).</summary>
    public const string FolderVariable = "ALICE_LIBTORCH";

    // LibTorchSharp's only need of this version is a marker (std::ios_base_library_init) that nothing refers to.
    private static ReadOnlySpan<byte> MarkerVersion => "GLIBCXX_3.4.32"u8;

    private static readonly string[] Libraries = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The handler must be there before TorchSharp first loads its library.")]
    internal static void Register() => AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => name switch
    {
        "torch_cpu" or "torch_cuda" => LoadFromFolderVariable(name),
        "LibTorchSharp" when OperatingSystem.IsLinux() => LoadWithWeakMarker(),
        _ => 0,
    };

    /// <summary>Makes TorchSharp usable, or says what was tried.</summary>
    /// <exception cref="DllNotFoundException">No libtorch could be loaded.</exception>
    public static void EnsureLoaded()
    {
        var assembly = typeof(torch).Assembly;
        var tried = new List<string>();
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (folder is not null && FindBesideApplication("torch_cpu") is { } own)
            throw new DllNotFoundException(
                $"{FolderVariable} names '{folder}', but this application carries its own libtorch ('{own}'), and a process "
                + $"can hold one only. Unset {FolderVariable}, or build with TorchBackend=none.");

        if (!TryLoad("torch_cpu", assembly, tried) | !TryLoad("LibTorchSharp", assembly, tried))
            throw new DllNotFoundException(
                "libtorch could not be loaded. Add one of the packages TorchSharp-cpu, TorchSharp-cuda-linux or "
                + $"TorchSharp-cuda-windows to the application, or set {FolderVariable} to the torch/lib folder of a PyTorch "
                + $"installation (libtorch 2.10). Tried:{Environment.NewLine}  "
                + string.Join(Environment.NewLine + "  ", tried));
    }

    private static bool TryLoad(string name, System.Reflection.Assembly assembly, List<string> tried)
    {
        try
        {
            NativeLibrary.Load(name, assembly, null);
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            tried.Add($"{name}: {e.Message.ReplaceLineEndings(" ")}");
            return false;
        }
    }

    private static nint LoadFromFolderVariable(string name)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (folder is null)
            return 0;

        // The dependencies first: a library found by its name must already be in the process.
        nint handle = 0;
        foreach (var library in Libraries)
        {
            var path = Path.Combine(folder, FileName(library));
            if (!File.Exists(path))
                continue;
            var loaded = NativeLibrary.Load(path);
            if (library == name)
                handle = loaded;
        }
        return handle;
    }

    private static nint LoadWithWeakMarker()
    {
        if (FindBesideApplication("LibTorchSharp") is not { } path)
            return 0;
        var image = File.ReadAllBytes(path);
        if (ElfVersions.MarkWeak(image, MarkerVersion) == 0)
            return 0;

        // An image without a folder cannot find its neighbours: have them in the process first.
        var torch = Path.Combine(Path.GetDirectoryName(path)!, FileName("torch"));
        if (File.Exists(torch))
            NativeLibrary.Load(torch);
        return LoadFromMemory("LibTorchSharp", image);
    }

    private static unsafe nint LoadFromMemory(string name, byte[] image)
    {
        var descriptor = CreateMemoryFile(name, 0);
        if (descriptor < 0)
            return 0;
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(handle, image, 0);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    private static string? FindBesideApplication(string library)
    {
        var searched = (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Append(AppContext.BaseDirectory);
        return searched.Select(folder => Path.Combine(folder, FileName(library))).FirstOrDefault(File.Exists);
    }

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? library + ".dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    private static extern int CreateMemoryFile([MarshalAs(UnmanagedType.LPUTF8Str)] string name, uint flags);
}
