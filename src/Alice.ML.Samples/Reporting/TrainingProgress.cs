using Alice.ML.Training;
using Spectre.Console;

namespace Alice.ML.Samples.Reporting;

/// <summary>
/// Keeps the epochs of a training run, and shows them: as a bar where people watch, as some ten lines where a file
/// does.
/// </summary>
internal sealed class TrainingProgress : IProgress<AliceEpoch>
{
    private const int Lines = 10;
    private readonly List<AliceEpoch> _epochs = [];
    private readonly Action<AliceEpoch> _show;

    private TrainingProgress(Action<AliceEpoch> show) => _show = show;

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
            var plain = new TrainingProgress(e => WriteLine(terminal.Error, title, e));
            return (train(plain), plain._epochs);
        }
        return terminal.ErrorConsole.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(title));
                var bar = new TrainingProgress(e => Draw(task, title, e));
                return (train(bar), (IReadOnlyList<AliceEpoch>)bar._epochs);
            });
    }

    /// <inheritdoc/>
    public void Report(AliceEpoch value)
    {
        _epochs.Add(value);
        _show(value);
    }

    private static void Draw(ProgressTask task, string title, AliceEpoch epoch)
    {
        task.MaxValue = epoch.NumberOfEpochs;
        task.Value = epoch.Epoch;
        task.Description = Markup.Escape(Describe(title, epoch));
    }

    private static void WriteLine(TextWriter error, string title, AliceEpoch epoch)
    {
        var every = (epoch.NumberOfEpochs + Lines - 1) / Lines;
        if (epoch.Epoch == 1 || epoch.Epoch % every == 0 || epoch.Epoch == epoch.NumberOfEpochs)
            error.WriteLine($"{Describe(title, epoch)}, {epoch.Seconds:F1} s");
    }

    private static string Describe(string title, AliceEpoch epoch) =>
        $"{title}: epoch {epoch.Epoch}/{epoch.NumberOfEpochs}, loss {epoch.TrainingLoss:G4}" +
        (epoch.ValidationLoss is { } loss ? $", validation loss {loss:G4}" : "");
}
