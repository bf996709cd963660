using Alice.ML.Files;
using Alice.ML.Trainers;
using Alice.ML.Training.Ranks;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Checkpoints;

/// <summary>Writes a run to a file at intervals, and reads what an earlier process wrote. Code that trains on several
/// threads checks <see cref="IsDue"/> before every step, and pauses all threads for <see cref="Save"/>.</summary>
internal sealed class RunCheckpoint : IDisposable
{
    private static readonly TimeSpan _usualInterval = TimeSpan.FromSeconds(60);

    // Share of the time that writing may take if no interval is set.
    private const double MostShare = 0.01;

    private readonly string _path;
    private readonly TimeSpan? _interval;
    private readonly RunClock _clock;
    private readonly IChannel _channel;

    // Rank 0 has the file, and sends its contents to the others.
    private readonly Peers? _peers;

    // Checkpoints of an earlier process, the latest first.
    private readonly List<SavedRun> _found = [];
    private readonly List<string> _problems = [];
    private RunIdentity? _run;
    private TrainingPhase _phase;
    private Action<BinaryWriter>? _state;
    private SavedRun? _saved;

    // Whether the existing file is worth keeping.
    private bool _isGood;
    private bool _isClosed;
    private TimeSpan _next;
    private string? _failure;

    private RunCheckpoint(string path, TimeSpan? interval, RunClock clock, IChannel channel, Peers? peers) =>
        (_path, _interval, _clock, _channel, _peers) = (path, interval, clock, channel, peers);

    private bool HasFile => _peers is null or { IsFirst: true };

    /// <summary>Checks whether the file can be written, and reads what is there.</summary>
    /// <returns>Null if the options name no file.</returns>
    /// <exception cref="IOException">The file cannot be written, is not a checkpoint, or is one of another
    /// version.</exception>
    /// <exception cref="InvalidOperationException">There is an unfinished run that the options do not resume, or there
    /// is no undamaged run to resume.</exception>
    public static RunCheckpoint? Open(
        AliceTrainerOptions options, RunClock clock, IChannel channel, Peers? peers = null)
    {
        if (options.CheckpointPath is not { } path)
            return null;
        // Absolute, because the current folder may change.
        var checkpoint = new RunCheckpoint(
            Path.GetFullPath(path), options.CheckpointInterval, clock, channel, peers);
        try
        {
            return Peers.Agree(peers, () => checkpoint.Open(options.ResumeFromCheckpoint));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    private RunCheckpoint Open(bool resumes)
    {
        if (!HasFile)
            return this;
        Probe();
        if (resumes)
            Find();
        else
            CheckFree();
        return this;
    }

    /// <summary>Seed of the run to resume. Null: there is none.</summary>
    public int? Seed => _found.FirstOrDefault()?.Header.Run.Seed;

    /// <summary>Whether it is time to pause and call <see cref="Save"/>.</summary>
    public bool IsDue => _state is not null && !_isClosed && _clock.Elapsed >= _next;

    /// <summary>Sets the identity of this run, and chooses the checkpoint to resume.</summary>
    /// <param name="run">The run.</param>
    /// <param name="nameOf">The name of a feature.</param>
    /// <exception cref="InvalidOperationException">The checkpoint belongs to another run.</exception>
    public void Begin(RunIdentity run, Func<int, string> nameOf)
    {
        _run = run;
        _saved = Peers.Agree(_peers, () => HasFile ? Choose(run, nameOf) : null);
        if (_peers is not null)
            _saved = SavedRun.Share(_peers, _saved, _path);
        if (_saved is null)
        {
            ScheduleNext(TimeSpan.Zero);
            return;
        }
        _clock.Before = TimeSpan.FromSeconds(_saved.Header.Seconds);
        _channel.Info(
            $"The run continues from '{_saved.Path}': {_saved.Header.Phase}, after {_saved.Header.Seconds:f0} s.");
        ScheduleNext(TimeSpan.Zero);
    }

    /// <summary>The checkpoint to resume. Null: there is none.</summary>
    private SavedRun? Choose(RunIdentity run, Func<int, string> nameOf)
    {
        SavedRun? saved = null;
        foreach (var found in _found)
            if (Differences(run, found.Header, nameOf).ToArray() is { Length: > 0 } differences)
                _problems.Add($"The checkpoint '{found.Path}' belongs to another run: "
                    + $"{string.Join("; ", differences)}. Use the data and options of that run, or delete the file.");
            else
                saved ??= found;
        if (saved is null)
            return _problems.Count > 0 ? throw new InvalidOperationException(_problems[0]) : null;
        _isGood = saved.Path == _path;
        if (!_isGood)
            _channel.Warning(
                $"{_problems.FirstOrDefault() ?? $"There is no '{_path}'."} The run continues from the previous "
                + $"checkpoint, '{saved.Path}'.");
        if (saved.Header.Run.VectorBits != run.VectorBits)
            _channel.Warning(
                $"The checkpoint was written on a processor with vectors of {saved.Header.Run.VectorBits} bits, and "
                + $"this one has {run.VectorBits}: the model will differ from that of an uninterrupted run in the "
                + $"last bits of its weights.");
        return saved;
    }

    private static IEnumerable<string> Differences(RunIdentity run, RunHeader saved, Func<int, string> nameOf)
    {
        foreach (var difference in run.DifferencesFrom(saved.Run, nameOf))
            yield return difference;
        // Each rank holds out some of its rows.
        if (saved.Run.Ranks != run.Ranks && (saved.Phase == TrainingPhase.Choosing || saved.Run.HoldsOutRows))
            yield return $"its {saved.Run.Ranks} ranks held out other rows than {run.Ranks} would: start as many as "
                + $"then";
    }

    /// <summary>The state to resume, if the run was in this phase. Null: the phase begins.</summary>
    public BinaryReader? Saved(TrainingPhase phase) => _saved?.Header.Phase == phase ? _saved.State : null;

    /// <summary>Marks the state as read. The file may be replaced from now on.</summary>
    public void CloseSaved()
    {
        _saved = null;
        foreach (var found in _found)
            found.Dispose();
        _found.Clear();
    }

    /// <summary>Sets what <see cref="Save"/> writes from now on.</summary>
    public void Enter(TrainingPhase phase, Action<BinaryWriter> state) => (_phase, _state) = (phase, state);

    /// <summary>Writes the file. If that fails, the run continues with a warning, and the previous file is
    /// kept.</summary>
    /// <param name="isFinished">Whether the run has ended.</param>
    public void Save(bool isFinished = false)
    {
        if (_isClosed)
            return;
        if (!HasFile)
        {
            ScheduleNext(TimeSpan.Zero);
            return;
        }
        var start = _clock.Elapsed;
        try
        {
            var header = new RunHeader(_run!, _phase, isFinished, start.TotalSeconds);
            RunFile.Write(_path, keepsBefore: _isGood && !isFinished, header, _state!);
            if (isFinished)
                File.Delete(RunFile.Before(_path));
            (_isGood, _failure) = (true, null);
            _channel.Trace(
                $"Checkpoint of {new FileInfo(_path).Length:N0} bytes, written in "
                + $"{(_clock.Elapsed - start).TotalSeconds:f3} s");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (_failure != e.Message)
                _channel.Warning(
                    $"The checkpoint '{_path}' could not be written: the run continues, and the last checkpoint "
                    + $"is kept. {e.Message}");
            _failure = e.Message;
        }
        ScheduleNext(_clock.Elapsed - start);
    }

    /// <summary>Writes the state of an interrupted run, so that it can be resumed later. Nothing is written after
    /// that.</summary>
    public void SaveInterrupted()
    {
        Save();
        _isClosed = true;
    }

    public void Dispose() => CloseSaved();

    private void ScheduleNext(TimeSpan taken) =>
        _next = _clock.Elapsed + (
            _interval ?? (taken / MostShare > _usualInterval ? taken / MostShare : _usualInterval));

    private void Probe()
    {
        try
        {
            if (WholeFile.IsDevice(_path))
                throw new IOException("it is a device or a pipe; name a file");
            WholeFile.Probe(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The checkpoint '{_path}' cannot be written: {e.Message}", e);
        }
        foreach (var path in Existing())
            if (!RunFile.IsCheckpoint(path))
                throw new IOException(
                    $"CheckpointPath: '{path}' is not a checkpoint, and would be overwritten. Name another file.");
            else if (RunFile.OtherVersion(path) is { } version)
                throw new IOException($"CheckpointPath: '{path}' is a checkpoint of version {version}, and this "
                    + $"Alice.ML reads version {RunFile.Version}. Finish the run with the Alice.ML that wrote it, or "
                    + "delete the file to start a new run.");
    }

    private void CheckFree()
    {
        if (Existing().FirstOrDefault() is not { } path)
            return;
        bool isFinished;
        try
        {
            using var saved = RunFile.Open(path);
            isFinished = saved.Header.IsFinished;
        }
        catch (InvalidDataException)
        {
            isFinished = false;
        }
        if (!isFinished)
            throw new InvalidOperationException(
                $"The checkpoint '{path}' is of an unfinished run. Resume it, or delete the file to start a "
                + $"new run.");
        _isGood = true;
    }

    private void Find()
    {
        foreach (var path in Existing())
            try
            {
                _found.Add(RunFile.Open(path));
            }
            catch (InvalidDataException e)
            {
                _problems.Add($"'{path}': {e.Message}");
            }
        if (_found.Count > 0)
            return;
        if (_problems.Count > 0)
            throw new InvalidOperationException(
                $"No checkpoint can be resumed. {string.Join(" ", _problems)} Delete the damaged files to start a new "
                + "run.");
        _channel.Warning($"There is no checkpoint '{_path}' yet: a new run starts.");
    }

    private IEnumerable<string> Existing() => new[] { _path, RunFile.Before(_path) }.Where(File.Exists);
}
