using Alice.ML.Tool;

namespace Alice.ML.Tests.Tool;

/// <summary>The command line in this process. <see cref="AliceProcess"/> starts one of its own.</summary>
internal static class AliceCommand
{
    /// <summary>Runs a command to the end.</summary>
    /// <returns>The exit code and both streams.</returns>
    public static async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command whose arguments have no spaces.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunLine(string args) =>
        Run(args.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
