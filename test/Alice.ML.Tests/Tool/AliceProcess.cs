using System.Diagnostics;

namespace Alice.ML.Tests.Tool;

/// <summary>The command line as a process of its own: the tool, or the samples where no command stands first.</summary>
internal static class AliceProcess
{
    public static Process Start(params string[] args) => Start(null, args);

    private static Process Start(string? folder, string[] args) => Process.Start(new ProcessStartInfo(
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [PathOf(args), .. args])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static string PathOf(string[] args) =>
        Path.Combine(AppContext.BaseDirectory, args[0].StartsWith('-') ? "Alice.ML.Samples.dll" : "alice.dll");

    /// <summary>Runs to the end.</summary>
    /// <returns>The exit code and both streams.</returns>
    public static (int ExitCode, string Text) Run(params string[] args) => RunIn(null, args);

    /// <inheritdoc cref="Run"/>
    public static (int ExitCode, string Text) RunIn(TemporaryFolder? folder, params string[] args)
    {
        using var process = Start(folder?.PathOf(""), args);
        var text = Drain(process);
        process.WaitForExit();
        return (process.ExitCode, text.Result);
    }

    /// <summary>Reads both streams, so that a full pipe stops nothing.</summary>
    public static async Task<string> Drain(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        return await process.StandardOutput.ReadToEndAsync() + await error;
    }

    /// <summary>Runs a tool of the system; false where it is missing or fails.</summary>
    public static bool Tool(string name, params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(name, args) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
