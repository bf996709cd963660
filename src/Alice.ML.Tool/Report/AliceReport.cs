using Alice.ML.Files;
using Alice.ML.Tool.Reporting;
using Microsoft.ML;

namespace Alice.ML.Tool.Report;

/// <summary>Writes a page about a model: how good it is on rows it has not seen, beside other trainers, and what it has
/// learned.</summary>
public static class AliceReport
{
    /// <summary>Writes one self-contained HTML page; it loads nothing from elsewhere.</summary>
    /// <param name="model">A fitted pipeline with one model of an Alice trainer.</param>
    /// <param name="data">Rows that the pipeline starts from, with the label, that the model was not trained
    /// on.</param>
    /// <param name="path">The file. It appears whole or not at all.</param>
    /// <param name="options">What else is known; null: the defaults.</param>
    /// <exception cref="ArgumentException">The pipeline holds no Alice model or several, the label column is missing,
    /// an option is out of range, or no row has a label and a score.</exception>
    /// <exception cref="OperationCanceledException">Cancelled by the options' token.</exception>
    public static void Write(ITransformer model, IDataView data, string path, AliceReportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var page = Create(model, data, options);
        WholeFile.Write(path, stream => WriteTo(stream, page));
    }

    /// <summary>The page as text.</summary>
    internal static string Create(ITransformer model, IDataView data, AliceReportOptions? options = null) =>
        Create(Subject.Read(model, data, options ?? new()));

    /// <summary>The page of what was read already.</summary>
    internal static string Create(Subject subject)
    {
        var page = new Html();
        foreach (var (i, (doing, add)) in _sections.Index())
        {
            subject.Options.CancellationToken.ThrowIfCancellationRequested();
            subject.Options.Progress?.Invoke(doing, (double)i / _sections.Length);
            add(subject, page);
        }
        var rows = $"{Show.Count(subject.Labels.Length)} held-out rows";
        return page.Page(subject.Options.Title ?? subject.Label, $"{subject.Task.Name} · {rows}");
    }

    /// <summary>Writes a page as UTF-8.</summary>
    internal static void WriteTo(Stream stream, string page)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(page);
    }

    private static readonly (string Doing, Action<Subject, Html> Add)[] _sections =
    [
        ("LightGBM and FastTree", RivalSection.Add),
        ("errors", NumberSection.Add),
        ("errors", ClassSection.Add),
        ("importance of columns", ImportanceSection.Add),
        ("partial dependence", DependenceSection.Add),
        ("residuals", ResidualSection.Add),
        ("worst rows", WorstRowsSection.Add),
        ("learning curves", LearningSection.Add),
        ("landscape", LandscapeSection.Add),
        ("table", TableSection.Add),
        ("settings", SettingsSection.Add),
    ];
}
