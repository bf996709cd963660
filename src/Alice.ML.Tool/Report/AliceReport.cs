using Alice.ML.Files;
using Alice.ML.Tool.Reporting;
using Microsoft.ML;

namespace Alice.ML.Tool.Report;

/// <summary>Writes a report about a model: its errors on test rows, those of other trainers, and what the model has
/// learned.</summary>
public static class AliceReport
{
    /// <summary>Writes the report as one self-contained HTML file. It loads nothing from the network.</summary>
    /// <param name="model">A fitted pipeline with exactly one model of an Alice trainer.</param>
    /// <param name="data">Input rows of the pipeline, with the label, that the model was not trained on.</param>
    /// <param name="path">Path of the file. It is written completely or not at all.</param>
    /// <param name="options">Options of the report. Default null: the default options.</param>
    /// <exception cref="ArgumentException">The pipeline has no Alice model or more than one, the label column is
    /// missing, an option is out of range, or no row has a label and a score.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    public static void Write(ITransformer model, IDataView data, string path, AliceReportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var page = Create(model, data, options);
        WholeFile.Write(path, stream => WriteTo(stream, page));
    }

    /// <summary>The page as text.</summary>
    internal static string Create(ITransformer model, IDataView data, AliceReportOptions? options = null) =>
        Create(Subject.Read(model, data, options ?? new()));

    /// <summary>The page for a subject that was read before.</summary>
    internal static string Create(Subject subject)
    {
        var page = new Html();
        var done = 0.0;
        foreach (var (doing, time, add) in _sections)
        {
            subject.Options.CancellationToken.ThrowIfCancellationRequested();
            subject.Options.Progress?.Invoke(doing, done / _sections.Sum(section => section.Time));
            add(subject, page);
            done += time;
        }
        var rows = $"{Show.Count(subject.Labels.Length)} test rows";
        return page.Page(subject.Options.Title ?? subject.Label, $"{subject.Task.Name} · {rows}");
    }

    /// <summary>Writes a page as UTF-8.</summary>
    internal static void WriteTo(Stream stream, string page)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(page);
    }

    // Relative times, approximately those for tables with some thousand rows.
    private static readonly (string Doing, int Time, Action<Subject, Html> Add)[] _sections =
    [
        ("LightGBM and FastTree", 12, RivalSection.Add),
        ("errors", 1, NumberSection.Add),
        ("errors", 1, ClassSection.Add),
        ("importance of columns", 3, ImportanceSection.Add),
        ("partial dependence", 3, DependenceSection.Add),
        ("residuals", 1, ResidualSection.Add),
        ("worst rows", 1, WorstRowsSection.Add),
        ("learning curves", 1, LearningSection.Add),
        ("landscape", 6, LandscapeSection.Add),
        ("table", 1, TableSection.Add),
        ("settings", 1, SettingsSection.Add),
    ];
}
