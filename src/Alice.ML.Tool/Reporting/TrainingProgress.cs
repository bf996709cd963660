using Alice.ML.Tool.Shell;
using Alice.ML.Training;
using Spectre.Console;

namespace Alice.ML.Tool.Reporting;

/// <summary>Keeps the epochs of a training run, and shows how far it has come: as a bar where people watch, as some ten
/// lines for each phase where a file does.
/// </summary>
internal sealed class TrainingProgress : IProgress<AliceProgress>
{
    private const int Lines = 10;
    private readonly List<AliceEpoch> _epochs = [];
    private readonly Action<AliceProgress> _show;

    private TrainingProgress(Action<AliceProgress> show) => _show = show;

    /// <summary>Runs a training with a display of its progress.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="title">What is being trained.</param>
    /// <param name="train">The training; it reports to its argument.</param>
    /// <returns>What the training returns, and its epochs.</returns>
    public static (TResult Result, IReadOnlyList<AliceEpoch> Epochs) Run<TResult>(
        Terminal terminal, string title, Func<TrainingProgress, TResult> train)
    {
        if (!terminal.ErrorConsole.Profile.Out.IsTerminal)
        {
            var lines = new HashSet<(TrainingPhase, int)>();
            var plain = new TrainingProgress(progress =>
            {
                if (lines.Add((progress.Phase, (int)(Lines * progress.Share))))
                    terminal.Error.WriteLine(Describe(title, progress));
            });
            return (train(plain), plain._epochs);
        }
        return terminal.ErrorConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title));
                var bar = new TrainingProgress(progress => Draw(task, title, progress));
                return (train(bar), (IReadOnlyList<AliceEpoch>)bar._epochs);
            });
    }

    /// <inheritdoc/>
    public void Report(AliceProgress value)
    {
        if (value.Epoch is { } epoch)
            _epochs.Add(epoch);
        _show(value);
    }

    private static void Draw(ProgressTask task, string title, AliceProgress progress)
    {
        (task.MaxValue, task.Value) = (1, progress.Share);
        task.Description = Markup.Escape(Describe(title, progress));
    }

    private static string Describe(string title, AliceProgress progress)
    {
        var left = progress.TimeLeft is { TotalSeconds: >= 1 } time ? $", {time.TotalSeconds:F0} s left" : "";
        if (progress.Epoch is not { } epoch)
            return $"{title}: comparing plans, {progress.Share:P0}"
                + (progress.HeldOutLoss is { } lowest ? $", held-out loss {lowest:G4}" : "") + left;
        return $"{title}: epoch {epoch.Epoch}/{epoch.NumberOfEpochs}, loss {epoch.TrainingLoss:G4}"
            + (epoch.ValidationLoss is { } loss ? $", validation loss {loss:G4}" : "") + left;
    }
}
