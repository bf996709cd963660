using System.CommandLine;
using Alice.ML.Training;
using Spectre.Console;

namespace Alice.ML.Tool.Shell;

/// <summary>The output of a command: results go to <see cref="Out"/>, everything else to <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    /// <summary>Uses the writers of the command line.</summary>
    public Terminal(ParseResult parsed)
        : this(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)
    {
    }

    /// <summary>The terminal of a rank. Only rank 0 prints.</summary>
    public static Terminal Of(ParseResult parsed, Communicator? ranks) =>
        ranks is { Rank: > 0 } ? new Terminal(TextWriter.Null, TextWriter.Null) : new Terminal(parsed);

    /// <summary>Receives results.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Receives progress, notes and errors. Synchronized, because a timer writes too.</summary>
    public TextWriter Error { get; } = TextWriter.Synchronized(error);

    /// <summary>Receives tables.</summary>
    public IAnsiConsole OutConsole => field ??= Create(Out);

    /// <summary>Receives progress bars.</summary>
    public IAnsiConsole ErrorConsole => field ??= Create(Error);

    /// <summary>Whether standard error is a terminal, so that a bar can be drawn.</summary>
    public bool IsWatched => ErrorConsole.Profile.Out.IsTerminal;

    /// <summary>Prints a note.</summary>
    public void Note(string text) => Say($"note: {text}");

    /// <summary>Prints a line, above a progress bar if there is one.</summary>
    public void Say(string text)
    {
        if (IsWatched)
            ErrorConsole.WriteLine(text);
        else
            Error.WriteLine(text);
    }

    /// <summary>Reports that the training was cancelled and the current model saved. Returns the exit code.</summary>
    public int Cancelled(int epochs, string modelPath)
    {
        Say($"cancelled after {epochs} epochs: what was learned so far is saved as {modelPath}");
        return ExitCodes.Cancelled;
    }

    private static IAnsiConsole Create(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A pipe or a file has no width, so set one that is wide enough.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 120;
        return console;
    }
}
