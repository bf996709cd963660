using Alice.ML.Files;

namespace Alice.ML.Tool.Shell;

/// <summary>The files that one command writes, checked before its work so that none of it is lost.</summary>
internal sealed class OutputFiles
{
    private readonly Terminal _terminal;
    private readonly Dictionary<string, string> _optionOf = [];
    private readonly List<string> _written = [];
    private bool _failed;

    /// <summary>Checks that each file can be written, and that none is an input of the command or written
    /// twice.</summary>
    /// <param name="terminal">Is told what could not be written.</param>
    /// <param name="inputs">What the command reads; null where an option is not given.</param>
    /// <param name="outputs">The option that names a file, and its path; null where it is not given.</param>
    /// <exception cref="UserException">Something is wrong with a path.</exception>
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

    /// <summary><see cref="ExitCodes.Failure"/> once a file could not be written.</summary>
    public int ExitCode => _failed ? ExitCodes.Failure : ExitCodes.Success;

    /// <summary>Writes a file that was checked. A failure is said, and left to <see cref="ExitCode"/>: the other
    /// results are not lost.
    /// </summary>
    /// <returns>Whether it is written.</returns>
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

    /// <summary>Notes what was written so far.</summary>
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
