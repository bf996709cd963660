using System.CommandLine;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Report;
using Alice.ML.Tool.Reporting;

namespace Alice.ML.Tool.Commands;

/// <summary>Writes the page of --report.</summary>
internal static class TrainReport
{
    /// <summary>Writes the page.</summary>
    /// <returns>The metrics of the other trainers.</returns>
    public static IReadOnlyList<(string Name, IReadOnlyList<Metric> Metrics)> Write(
        TrainRun run, string path, FittedTable fitted, PreparedData data)
    {
        var schema = data.Schema;
        var subject = Subject.Read(fitted.Model, data.Test, new()
        {
            LabelColumnName = schema.Label.Name,
            TrainingData = data.Train,
            PreparedTraining = fitted.Training,
            Classes = schema.Target.Classes,
            Loss = run.Settings.Loss,
            Effort = run.Settings.Effort,
            Title = $"{schema.Label.Name} from {Path.GetFileName(run.Data.Table.Path)}",
            Command = CommandOf(run.Parsed),
            Remarks = [.. run.Notes],
            Seed = run.Settings.Seed,
            Progress = run.Progress.Advance,
            CancellationToken = run.Cancellation,
        });
        // The model is already saved, so a failure here loses only the report.
        if (run.Files.Write(path, stream => AliceReport.WriteTo(stream, AliceReport.Create(subject))))
        {
            run.Terminal.Note($"report written as {path}");
            if (!PictureStyle.HasFonts)
                run.Terminal.Note(PictureStyle.NoFonts);
        }
        return [.. subject.Rivals.Where(r => r.Metrics is not null).Select(r => (r.Name, r.Metrics!))];
    }

    /// <summary>The command line, quoted for a shell.</summary>
    private static string CommandOf(ParseResult parsed) =>
        string.Join(' ', parsed.Tokens.Select(t => Quoted(t.Value)).Prepend("alice"));

    private static string Quoted(string text) =>
        text.Length > 0
            && text.All(c => char.IsLetterOrDigit(c) || "-_./:,=+@%\\".Contains(c, StringComparison.Ordinal))
            ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
