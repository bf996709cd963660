using System.Runtime.InteropServices;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Tests.Tool;

namespace Alice.ML.Tests.Runtime;

/// <summary>Where packages lie when a script uses them: each in a folder of its own. build/clean-room.sh runs such a
/// script.</summary>
[TestClass]
public sealed class NativeFoldersTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void The_package_folder_is_found_from_where_TorchSharp_lies()
    {
        if (NativeFolders.Platform is not { } platform)
        {
            Assert.Inconclusive("TorchSharp has no native library for this platform.");
            return;
        }
        var torchSharp = Put("torchsharp", "0.107.0", "lib", "net8.0", "TorchSharp.dll");
        var binding = Put("torchsharp", "0.107.0", "runtimes", platform, "native",
            NativeFolders.FileName("LibTorchSharp"));
        var torch = NativeFolders.FileName("torch_cpu");
        var wanted = Put($"libtorch-cpu-{platform}", "2.10.0", "runtimes", platform, "native", torch);
        Put($"libtorch-cpu-{platform}", "2.9.0", "runtimes", platform, "native", torch);

        Assert.AreEqual(binding, NativeFolders.FindInPackages("LibTorchSharp", torchSharp, "2.10.0"));
        Assert.AreEqual(wanted, NativeFolders.FindInPackages("torch_cpu", torchSharp, "2.10.0"));
        Assert.IsNull(NativeFolders.FindInPackages("torch_cpu", torchSharp, "2.11.0"),
            "another version is another library");
        Assert.IsNull(NativeFolders.FindInPackages("torch_cuda", torchSharp, "2.10.0"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("/TorchSharp.dll")]
    [DataRow("/app/TorchSharp.dll")]
    public void Elsewhere_there_is_no_package_folder(string torchSharp) =>
        Assert.IsNull(NativeFolders.FindInPackages("torch_cpu", torchSharp, "2.10.0"));

    [TestMethod]
    public void A_library_in_the_process_is_found_where_it_was_loaded_from()
    {
        LibTorch.EnsureLoaded();
        if (OperatingSystem.IsMacOS())
            Assert.Inconclusive("macOS does not list the libraries of a process.");
        var path = NativeFolders.FindLoaded("torch_cpu");
        Assert.IsTrue(File.Exists(path), path);
        Assert.IsNull(NativeFolders.FindLoaded("torch_cpu_of_nobody"));
    }

    [TestMethod]
    public void Libraries_are_named_as_the_system_names_them_and_found_beside_the_application_or_not_at_all()
    {
        Assert.AreEqual(
            OperatingSystem.IsWindows() ? "any.dll" : OperatingSystem.IsMacOS() ? "libany.dylib" : "libany.so",
            NativeFolders.FileName("any"));
        // .NET's own libraries lie in one of the folders that the host names, those of TorchSharp beside its assembly.
        const string OfNet = "System.IO.Compression.Native";
        Assert.AreEqual(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), NativeFolders.FileName(OfNet)),
            NativeFolders.FindBesideApplication(OfNet));
        if (NativeFolders.FindBesideApplication("LibTorchSharp") is { } binding)
            Assert.IsTrue(File.Exists(binding) && Path.GetFileName(binding) == NativeFolders.FileName("LibTorchSharp"),
                binding);
        Assert.IsNull(NativeFolders.FindBesideApplication("torch_of_nobody"));
    }

    [TestMethod]
    public void Packages_name_the_platform_as_dotnet_does_and_there_is_none_for_musl()
    {
        var here = RuntimeInformation.RuntimeIdentifier;
        if (here is "linux-x64" or "win-x64" or "win-arm64" or "osx-arm64")
            Assert.AreEqual(here, NativeFolders.Platform);
        else if (here.Contains("musl"))
            Assert.IsNull(NativeFolders.Platform);
        else
            Assert.Inconclusive($"{here} is the name of a distribution.");
    }

    private string Put(params string[] parts)
    {
        var path = _folder.PathOf(Path.Combine(parts));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        return path;
    }
}
