using System.Runtime.InteropServices;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Tests.Tool;
using TorchSharp;

namespace Alice.ML.Tests.Runtime;

/// <remarks>Not beside other tests: some set the environment variable.</remarks>
[TestClass]
[DoNotParallelize]
public sealed class LibTorchTests
{
    private readonly string? _variable = Environment.GetEnvironmentVariable(LibTorch.FolderVariable);
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup()
    {
        Environment.SetEnvironmentVariable(LibTorch.FolderVariable, _variable);
        _folder.Dispose();
    }

    [TestMethod]
    public void Libtorch_loads_on_this_machine()
    {
        LibTorch.EnsureLoaded();
        using var two = torch.ones(2).sum();
        Assert.AreEqual(2f, two.item<float>());
    }

    [TestMethod]
    public void Loading_again_loads_no_second_copy()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("The list of what a process has mapped is that of Linux.");
        LibTorch.EnsureLoaded();
        var before = Mapped();
        LibTorch.EnsureLoaded();
        CollectionAssert.AreEqual(before, Mapped());

        // A library that was loaded from memory has a name of its own: /memfd:LibTorchSharp.
        static List<string> Mapped() => [.. File.ReadLines("/proc/self/maps")
            .Where(line => line.Contains("LibTorchSharp") || line.Contains("libtorch"))
            .Select(line => line[(line.LastIndexOf(' ') + 1)..]).Order()];
    }

    [TestMethod]
    public void A_platform_without_libtorch_is_told_so_in_one_sentence_and_others_what_to_add()
    {
        string[] tried = ["torch_cpu: not there", "LibTorchSharp: neither"];
        Assert.AreEqual(
            $"There is no libtorch for {RuntimeInformation.RuntimeIdentifier}: Alice.ML trains on Linux x64 (glibc), "
            + "Windows x64 and arm64 and macOS arm64, and a trained model predicts here too.",
            LibTorch.Missing(null, tried));
        foreach (var (platform, packages) in new[]
        {
            ("linux-x64", "one of the packages TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows"),
            ("win-arm64", "the package libtorch-cpu-win-arm64 (2.10.0)"),
        })
            Assert.AreEqual(
                $"libtorch could not be loaded. Add {packages} to the application, or set ALICE_LIBTORCH to the "
                + "torch/lib folder of a PyTorch installation (libtorch 2.10). Tried:" + Environment.NewLine
                + "  torch_cpu: not there" + Environment.NewLine + "  LibTorchSharp: neither",
                LibTorch.Missing(platform, tried));
    }

    [TestMethod]
    public void A_folder_that_is_not_a_whole_path_is_refused_by_name()
    {
        Environment.SetEnvironmentVariable(LibTorch.FolderVariable, "torch/lib");
        Assert.AreEqual(
            "ALICE_LIBTORCH names 'torch/lib': give the whole path, since libraries are never taken from the current "
            + "directory.", Assert.ThrowsExactly<DllNotFoundException>(LibTorch.EnsureLoaded).Message);
    }

    [TestMethod]
    public void A_folder_beside_a_libtorch_that_the_application_carries_is_refused()
    {
        if (NativeFolders.FindBesideApplication("torch_cpu") is not { } own)
        {
            Assert.Inconclusive("These tests were built with TorchBackend=none.");
            return;
        }
        var folder = Path.GetDirectoryName(_folder.PathOf("lib"))!;
        Environment.SetEnvironmentVariable(LibTorch.FolderVariable, folder);
        Assert.AreEqual(
            $"ALICE_LIBTORCH names '{folder}', but this application carries its own libtorch ('{own}'), and a process "
            + "can hold one only. Unset ALICE_LIBTORCH, or build with TorchBackend=none.",
            Assert.ThrowsExactly<DllNotFoundException>(LibTorch.EnsureLoaded).Message);
    }

    [TestMethod]
    public void Libraries_of_CUDA_come_from_the_folder_of_the_variable_and_are_loaded_once()
    {
        if (!OperatingSystem.IsLinux() || NativeFolders.FindBesideApplication("torch_cuda") is not null)
            Assert.Inconclusive(
                "The application carries CUDA, or the system does not list the libraries of a process.");
        // A library of .NET stands for both.
        var any = Path.Combine(
            RuntimeEnvironment.GetRuntimeDirectory(), NativeFolders.FileName("System.IO.Compression.Native"));
        var (cuda, needed) = (_folder.PathOf("libtorch_cuda.so"), _folder.PathOf("libc10_cuda.so"));
        File.Copy(any, cuda);
        File.Copy(any, needed);
        Environment.SetEnvironmentVariable(LibTorch.FolderVariable, null);
        Assert.ThrowsExactly<DllNotFoundException>(() => Load());
        var folder = Path.GetDirectoryName(cuda)!;
        Environment.SetEnvironmentVariable(
            LibTorch.FolderVariable, Path.GetRelativePath(Environment.CurrentDirectory, folder));
        Assert.ThrowsExactly<DllNotFoundException>(
            () => Load(), "libraries are never taken from the current directory");
        Assert.IsNull(NativeFolders.FindLoaded("c10_cuda"));

        Environment.SetEnvironmentVariable(LibTorch.FolderVariable, folder);
        var first = Load();
        try
        {
            Assert.AreEqual((cuda, needed),
                (NativeFolders.FindLoaded("torch_cuda"), NativeFolders.FindLoaded("c10_cuda")));
            var same = NativeLibrary.Load(cuda);
            NativeLibrary.Free(same);
            Assert.AreEqual(same, first, "the handle is that of the library by this name");
            // Whatever the variable says now, a second copy would not share the state of the first.
            Environment.SetEnvironmentVariable(LibTorch.FolderVariable, null);
            var again = Load();
            NativeLibrary.Free(again);
            Assert.AreEqual(first, again);
        }
        finally
        {
            NativeLibrary.Free(first);
            var other = NativeLibrary.Load(needed);
            NativeLibrary.Free(other);
            NativeLibrary.Free(other);
        }
        Assert.IsNull(NativeFolders.FindLoaded("torch_cuda"));

        static nint Load() => NativeLibrary.Load("torch_cuda", typeof(torch).Assembly, null);
    }
}
