using System.CommandLine;
using Spectre.Console;

namespace Alice.ML.Tool.Shell;

/// <summary>
/// Where a command writes: results to <see cref="Out"/>, everything said to people to <see cref="Error"/>.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    /// <summary>The writers that the command line runs with.</summary>
    public Terminal(ParseResult parsed)
        : this(parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error)
    {
    }

    /// <summary>Results, fit for a script.</summary>
    public TextWriter Out { get; } = output;

    /// <summary>Progress, notes and errors; from the work and from a timer at once.</summary>
    public TextWriter Error { get; } = TextWriter.Synchronized(error);

    /// <summary>Results with Spectre's tables.</summary>
    public IAnsiConsole OutConsole => field ??= Create(Out);

    /// <summary>Progress bars, where the error stream is a terminal.</summary>
    public IAnsiConsole ErrorConsole => field ??= Create(Error);

    /// <summary>Whether people watch the error stream, so that a bar can be drawn there.</summary>
    public bool IsWatched => ErrorConsole.Profile.Out.IsTerminal;

    /// <summary>One line that says what was done or left out.</summary>
    public void Note(string text) => Say($"note: {text}");

    /// <summary>A line to people; it stands above a bar.</summary>
    public void Say(string text)
    {
        if (IsWatched)
            ErrorConsole.WriteLine(text);
        else
            Error.WriteLine(text);
    }

    /// <summary>Says that a training was cut short and what was kept of it; gives the exit code.</summary>
    public int Cancelled(int epochs, string modelPath)
    {
        Say($"cancelled after {epochs} epochs: what was learned so far is saved as {modelPath}");
        return ExitCodes.Cancelled;
    }

    private static IAnsiConsole Create(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        // A pipe or a file has no width: let tables take what they need.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 120;
        return console;
    }
}
