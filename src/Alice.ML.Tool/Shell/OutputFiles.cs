using Alice.ML.Files;

namespace Alice.ML.Tool.Shell;

/// <summary>The files that a command writes. They are checked before the work, so that no result is lost.</summary>
internal sealed class OutputFiles
{
    private readonly Terminal _terminal;
    private readonly Dictionary<string, string> _optionOf = [];
    private readonly List<string> _written = [];
    private bool _failed;

    /// <summary>Checks that each file can be written, is no input of the command, and is written only once.</summary>
    /// <param name="terminal">Receives errors.</param>
    /// <param name="inputs">The files that the command reads. Null for an option that is not given.</param>
    /// <param name="outputs">The written files with their options. Null for an option that is not given.</param>
    /// <exception cref="UserException">A path cannot be used.</exception>
    public OutputFiles(Terminal terminal, IEnumerable<string?> inputs,
        IEnumerable<(string Option, string? Path)> outputs)
    {
        _terminal = terminal;
        var readFiles = inputs.OfType<string>().Where(File.Exists).Select(RealPath.Of).ToHashSet(RealPath.Comparer);
        var optionOfFile = new Dictionary<string, string>(RealPath.Comparer);
        foreach (var (option, path) in outputs)
        {
            if (path is null)
                continue;
            if (string.IsNullOrWhiteSpace(path))
                throw new UserException($"{option} names no file");
            _optionOf[path] = option;
            if (WholeFile.IsDevice(path))
                continue;
            if (Try(option, path, () => WholeFile.Probe(path)) is { } problem)
                throw new UserException(problem);
            var real = RealPath.Of(path);
            if (readFiles.Contains(real))
                throw new UserException(
                    $"{option} {path} would overwrite a file that this command reads; name another");
            if (!optionOfFile.TryAdd(real, option))
                throw new UserException($"{optionOfFile[real]} and {option} both write {path}; name two files");
        }
    }

    /// <summary><see cref="ExitCodes.Failure"/> if a file could not be written.</summary>
    public int ExitCode => _failed ? ExitCodes.Failure : ExitCodes.Success;

    /// <summary>Writes a file. If that fails, the error is printed and <see cref="ExitCode"/> changes, so that the
    /// other results are not lost.</summary>
    /// <returns>Whether it was written.</returns>
    public bool Write(string path, Action<Stream> content)
    {
        if (Try(_optionOf[path], path, () => WholeFile.Write(path, content)) is { } problem)
        {
            _terminal.Say($"error: {problem}");
            _failed = true;
            return false;
        }
        _written.Add(path);
        return true;
    }

    /// <summary>Notes the names of the written files.</summary>
    public void NoteWritten()
    {
        if (_written.Count > 0)
            _terminal.Note($"written: {string.Join(", ", _written)}");
    }

    private static string? Try(string option, string path, Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"{option} {path} cannot be written: {e.Message}";
        }
    }
}
