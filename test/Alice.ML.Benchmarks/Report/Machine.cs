using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;

namespace Alice.ML.Benchmarks.Report;

/// <summary>Where and with what the report was made.</summary>
internal static class Machine
{
    public static IEnumerable<(string Name, string Value)> Describe() =>
        [
        ("Date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
        ("Commit", Commit()),
        ("Defaults", $"{Defaults.Stamp} (docs/rules.md)"),
        ("Processor", $"{ProcessorName()}, {Environment.ProcessorCount} cores"),
        ("Vectors", $"{VectorBits()} bits at most, {Vector<byte>.Count * 8} bits in Vector<T>"),
        ("Memory", Figures.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)),
        ("Load average", LoadAverage()),
        ("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}"),
        (".NET", RuntimeInformation.FrameworkDescription),
        ("ML.NET", Version("Microsoft.ML.Data")),
        ("LightGBM", $"ML.NET's trainer {Version("Microsoft.ML.LightGbm")}"),
        ("TorchSharp", $"{Version("TorchSharp")}, {torch.get_num_threads()} threads by default"),
    ];

    // The SDK writes version+commit.
    private static string Commit() =>
        InformationalVersion("Alice.ML").Split('+') is [_, var commit] ? commit[..Math.Min(9, commit.Length)]
            : "unknown";

    private static string Version(string assembly) => InformationalVersion(assembly).Split('+')[0];

    private static string InformationalVersion(string assembly) =>
        Assembly.Load(assembly).GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static int VectorBits() =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    private static string ProcessorName() =>
        FirstLine("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string LoadAverage() =>
        File.Exists("/proc/loadavg") ? string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3))
            : "unknown";

    private static string? FirstLine(string file, string start) => !File.Exists(file) ? null
        : File.ReadLines(file).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?.Split(':', 2)[
        1].Trim();
}
