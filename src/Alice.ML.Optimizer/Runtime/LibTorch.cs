using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Alice.ML.Optimization.Runtime;

/// <summary>Loads libtorch in cases that TorchSharp does not cover: from the folder in <see cref="FolderVariable"/>,
/// from the package folder in scripts and notebooks, and on Linux systems whose libstdc++ is older than the one that
/// LibTorchSharp was linked with (Debian 12, Ubuntu 22.04).</summary>
internal static class LibTorch
{
    /// <summary>Environment variable with the libtorch folder of a PyTorch installation (…/torch/lib).</summary>
    public const string FolderVariable = "ALICE_LIBTORCH";

    // In runtimeconfig.json. False leaves loading to .NET and TorchSharp.
    private const string Switch = "Alice.ML.LoadsLibTorch";

    private const string Binding = "LibTorchSharp";

    // LibTorchSharp needs this version only for a marker symbol (std::ios_base_library_init) that is never used.
    private static ReadOnlySpan<byte> MarkerVersion => "GLIBCXX_3.4.32"u8;

    // Ordered by dependencies: a library that is found by name must already be loaded.
    private static readonly string[] Libraries = ["c10", "torch_cpu", "c10_cuda", "torch_cuda", "torch"];

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The handler must be there before TorchSharp first loads "
        + "its library.")]
    internal static void Register()
    {
        if (AppContext.TryGetSwitch(Switch, out var isOn) && !isOn)
            return;
        // A host may load Alice.ML and TorchSharp as a plug-in, in a separate context.
        var own = AssemblyLoadContext.GetLoadContext(typeof(LibTorch).Assembly) ?? AssemblyLoadContext.Default;
        own.ResolvingUnmanagedDll += (_, name) => Resolve(name);
        if (own != AssemblyLoadContext.Default)
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) => Resolve(name);
    }

    /// <summary>Makes TorchSharp usable, or throws with a list of what was tried.</summary>
    /// <exception cref="DllNotFoundException">No libtorch could be loaded.</exception>
    public static void EnsureLoaded()
    {
        var assembly = typeof(torch).Assembly;
        var tried = new List<string>();
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (folder is not null && !Path.IsPathFullyQualified(folder))
            throw new DllNotFoundException(
                $"{FolderVariable} names '{folder}': give the whole path, since libraries are never taken from the "
                + $"current directory.");
        if (folder is not null && NativeFolders.FindBesideApplication("torch_cpu") is { } own)
            throw new DllNotFoundException(
                $"{FolderVariable} names '{folder}', but this application carries its own libtorch ('{own}'), and a "
                + $"process can hold one only. Unset {FolderVariable}, or build with TorchBackend=none.");

        if (!TryLoad("torch_cpu", assembly, tried) | !TryLoad(Binding, assembly, tried))
            throw new DllNotFoundException(Missing(NativeFolders.Platform, tried));
    }

    /// <summary>The message if libtorch is not found.</summary>
    internal static string Missing(string? platform, IReadOnlyList<string> tried)
    {
        if (platform is null)
            return $"There is no libtorch for {RuntimeInformation.RuntimeIdentifier}: Alice.ML trains on Linux x64 "
                + $"(glibc), Windows x64 and arm64 and macOS arm64, and a trained model predicts here too.";
        var packages = platform == "win-arm64"
            ? "the package libtorch-cpu-win-arm64 (2.10.0)"
            : "one of the packages TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows";
        return $"libtorch could not be loaded. Add {packages} to the application, or set {FolderVariable} to the "
            + $"torch/lib folder of a PyTorch installation (libtorch 2.10). Tried:{Environment.NewLine}  "
            + string.Join(Environment.NewLine + "  ", tried);
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

    private static nint Resolve(string name) => name switch
    {
        "torch_cpu" or "torch_cuda" => LoadTorch(name),
        Binding => LoadBinding(),
        _ => 0,
    };

    private static nint LoadTorch(string name)
    {
        // A script may already have loaded TorchSharp's copy. A second copy would not share its state.
        if (NativeFolders.FindLoaded(name) is { } loaded)
            return NativeLibrary.Load(loaded);
        var folder = Environment.GetEnvironmentVariable(FolderVariable) ?? FolderOf(NativeFolders.FindInPackages(name));
        return Path.IsPathFullyQualified(folder ?? "") ? LoadFolder(folder!, name) : 0;
    }

    private static nint LoadBinding()
    {
        if (NativeFolders.FindLoaded(Binding) is { } loaded)
            return NativeLibrary.Load(loaded);
        if ((NativeFolders.FindBesideApplication(Binding) ?? NativeFolders.FindInPackages(Binding)) is not { } path)
            return 0;

        // Loaded from another folder or from memory, LibTorchSharp does not find libtorch, so load that first. Do not
        // take it from the package folder here, except on macOS: TorchSharp loads its binding even before it looks for
        // CUDA in other packages.
        var torch = NativeFolders.FindLoaded("torch_cpu") ?? NativeFolders.FindBesideApplication("torch_cpu")
            ?? (OperatingSystem.IsMacOS() ? NativeFolders.FindInPackages("torch_cpu") : null);
        if (FolderOf(torch) is not { } folder)
            return 0;
        LoadFolder(folder, "torch");
        return NativeLibrary.TryLoad(path, out var handle) ? handle
            : OperatingSystem.IsLinux() ? LoadWithWeakMarker(path)
            : 0;
    }

    private static nint LoadFolder(string folder, string name)
    {
        nint handle = 0;
        foreach (var library in Libraries)
        {
            var path = Path.Combine(folder, NativeFolders.FileName(library));
            if (!File.Exists(path))
                continue;
            var loaded = NativeLibrary.Load(path);
            if (library == name)
                handle = loaded;
        }
        return handle;
    }

    private static nint LoadWithWeakMarker(string path)
    {
        var image = File.ReadAllBytes(path);
        return ElfVersions.MarkWeak(image, MarkerVersion) == 0 ? 0 : LoadFromMemory(Binding, image);
    }

    private static nint LoadFromMemory(string name, byte[] image)
    {
        var descriptor = CreateMemoryFile(name, 0);
        if (descriptor < 0)
            return 0;
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.Write(handle, image, 0);
        return NativeLibrary.Load($"/proc/self/fd/{descriptor}");
    }

    private static string? FolderOf(string? path) => Path.GetDirectoryName(path);

    [DllImport("libc", EntryPoint = "memfd_create", SetLastError = true)]
    private static extern int CreateMemoryFile([MarshalAs(UnmanagedType.LPUTF8Str)] string name, uint flags);
}
