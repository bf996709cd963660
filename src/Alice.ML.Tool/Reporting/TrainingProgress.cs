using System.Diagnostics;
using Alice.ML.Tool.Shell;
using Alice.ML.Training;
using Spectre.Console;

namespace Alice.ML.Tool.Reporting;

/// <summary>Shows the progress of a command from reading to saving: as a bar on a terminal, as lines in a file.
/// Collects the epochs of the training.</summary>
internal sealed class TrainingProgress : IProgress<AliceProgress>, IDisposable
{
    private const int LinesPerPhase = 10;
    private static readonly TimeSpan _firstLine = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan _betweenLines = TimeSpan.FromSeconds(4);
    private readonly Lock _lock = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<AliceEpoch> _epochs = [];
    private readonly HashSet<(string, TrainingPhase, int)> _shown = [];
    private readonly Terminal _terminal;
    private readonly ProgressTask? _bar;
    private readonly Timer _timer;
    private string _title;
    private string _doing;
    private double _from;
    private double _to = 1;
    private double _share;
    private TimeSpan _stageStart;
    private TimeSpan? _end;
    private TimeSpan? _lastLine;

    private TrainingProgress(Terminal terminal, string title, ProgressTask? bar)
    {
        (_terminal, _title, _bar, _doing) = (terminal, title, bar, "");
        _timer = new Timer(_ => Refresh(), null, _firstLine, _firstLine);
        Refresh();
    }

    /// <summary>The epochs of the current stage, in order.</summary>
    public IReadOnlyList<AliceEpoch> Epochs => [.. _epochs];

    /// <summary>Runs work and shows its progress.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="title">Title of the first stage.</param>
    /// <param name="work">The work, which reports its progress.</param>
    public static TResult Run<TResult>(Terminal terminal, string title, Func<TrainingProgress, TResult> work)
    {
        if (!terminal.IsWatched)
        {
            using var lines = new TrainingProgress(terminal, title, null);
            return work(lines);
        }
        return terminal.ErrorConsole.Progress().AutoClear(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 24 }, new PercentageColumn())
            .Start(context =>
            {
                using var bar = new TrainingProgress(terminal, title, context.AddTask(Markup.Escape(title)));
                return work(bar);
            });
    }

    /// <summary>Starts a stage.</summary>
    /// <param name="title">Title of the stage.</param>
    /// <param name="from">Share of the total work done before the stage, 0 to 1.</param>
    /// <param name="to">Share of the total work done after the stage.</param>
    /// <param name="doing">The first step of the stage.</param>
    public void Stage(string title, double from, double to, string doing = "")
    {
        lock (_lock)
        {
            (_title, _doing, _from, _to, _share) = (title, doing, from, to, from);
            (_stageStart, _end) = (_clock.Elapsed, null);
            _epochs.Clear();
            Draw();
        }
    }

    /// <summary>Reports the current step of a stage and the share of the stage that is done, 0 to 1.</summary>
    public void Advance(string doing, double share)
    {
        lock (_lock)
        {
            var taken = _clock.Elapsed - _stageStart;
            Move(doing, share, share > 0 ? taken * ((1 - share) / share) : null);
            Draw();
        }
    }

    /// <inheritdoc/>
    public void Report(AliceProgress value)
    {
        lock (_lock)
        {
            if (value.Epoch is { } epoch)
                _epochs.Add(epoch);
            Move(Describe(value), value.Share, value.TimeLeft);
            if (_bar is null && _shown.Add((_title, value.Phase, (int)(LinesPerPhase * value.Share))))
                WriteLine();
            Draw();
        }
    }

    public void Dispose()
    {
        using var done = new ManualResetEvent(false);
        if (_timer.Dispose(done))
            done.WaitOne();
    }

    private void Move(string doing, double share, TimeSpan? left)
    {
        (_doing, _share) = (doing, _from + (_to - _from) * share);
        // The stages after this one take time as well.
        _end = left is { } time
            ? _clock.Elapsed + time + (1 - _to) / (_to - _from) * (_clock.Elapsed - _stageStart + time) : null;
    }

    private void Refresh()
    {
        lock (_lock)
        {
            Draw();
            if (_bar is null && (_lastLine is { } last ? _clock.Elapsed - last >= _betweenLines
                : _clock.Elapsed >= _firstLine))
                WriteLine();
        }
    }

    private void Draw()
    {
        if (_bar is null)
            return;
        (_bar.MaxValue, _bar.Value) = (1, Math.Min(_share, 0.999));
        _bar.Description = Markup.Escape(Text());
    }

    private void WriteLine()
    {
        _lastLine = _clock.Elapsed;
        _terminal.Error.WriteLine(FormattableString.Invariant($"{_clock.Elapsed.TotalSeconds,4:F0} s {_share,5:P0}  ") +
            Text());
    }

    private string Text() => _title + (_doing == "" ? "" : $": {_doing}") +
        (_end is { } end && (end - _clock.Elapsed).TotalSeconds is >= 1 and var left ? $", {Time(left)} left" : "");

    private static string Time(double seconds) => seconds < 100 ? FormattableString.Invariant($"{seconds:F0} s")
        : FormattableString.Invariant($"{seconds / 60:F0} min");

    private static string Describe(AliceProgress progress) => progress.Epoch is { } epoch
        ? $"epoch {epoch.Epoch}/{epoch.NumberOfEpochs}, loss {epoch.TrainingLoss:G4}"
            + (epoch.ValidationLoss is { } loss ? $", validation loss {loss:G4}" : "")
        : "comparing plans on held-out rows"
            + (progress.HeldOutLoss is { } lowest ? $", best loss {lowest:G4}" : "");
}
