using System.CommandLine;
using Alice.ML.Tool.Commands;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool;

/// <summary>The command line: commands, exit codes, and how errors are printed.</summary>
internal static class CommandLine
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The arguments, without the name of the program.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives progress, notes and errors.</param>
    /// <param name="cancellation">Cancels the command, as Ctrl-C does.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default) =>
            RunAsync(CreateRoot, args, output, error, cancellation);

    /// <summary>Runs one of the commands that <paramref name="create"/> returns. It receives the option
    /// --verbose.</summary>
    public static async Task<int> RunAsync(
        Func<Option<bool>, RootCommand> create, string[] args, TextWriter output, TextWriter error,
        CancellationToken cancellation)
    {
        var verbose = new Option<bool>("--verbose")
        {
            Description = "Show the messages of ML.NET, and the stack trace of an error",
            Recursive = true,
        };
        var root = create(verbose);
        root.Options.Add(verbose);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors.Select(e => e.Message).Distinct())
                error.WriteLine($"error: {problem}");
            var command = parsed.CommandResult.Command;
            error.WriteLine($"'alice {(command is RootCommand ? "" : command.Name + " ")}--help' lists the options");
            return ExitCodes.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                // StopSignals handles signals. Saving the model may take longer than any timeout.
                ProcessTerminationTimeout = null,
            }, cancellation);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("cancelled: nothing was saved");
            return ExitCodes.Cancelled;
        }
        catch (Exception e)
        {
            // One line is enough for users. The stack trace needs --verbose.
            error.WriteLine(parsed.GetValue(verbose) ? $"error: {e}" : $"error: {OneLine(e.Message)}");
            return ExitCodes.Failure;
        }
    }

    /// <summary>Adds the commands of the tool to a root command.</summary>
    public static void AddCommands(Command root, Option<bool> verbose)
    {
        root.Subcommands.Add(TrainCommand.Create(verbose));
        root.Subcommands.Add(EvaluateCommand.Create(verbose));
        root.Subcommands.Add(PredictCommand.Create(verbose));
        root.Subcommands.Add(ExplainCommand.Create(verbose));
        root.Subcommands.Add(LandscapeCommand.Create(verbose));
        root.Subcommands.Add(CompareCommand.Create(verbose));
        root.Subcommands.Add(PruneCommand.Create(verbose));
    }

    private static RootCommand CreateRoot(Option<bool> verbose)
    {
        var root = new RootCommand("""
            Trains neural networks on delimited text files, tests them, predicts with them and examines them.

            Results go to the standard output. Progress, notes and errors go to the standard error.
            Exit codes: 0 success; 1 a file, its contents or the training failed; 2 wrong arguments; 130 cancelled by
            Ctrl-C, SIGTERM or SIGHUP (a second signal ends at once).
            """);
        AddCommands(root, verbose);
        return root;
    }

    private static string OneLine(string message) => message.ReplaceLineEndings(" ").Trim();
}
