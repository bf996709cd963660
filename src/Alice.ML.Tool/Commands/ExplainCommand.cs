using System.CommandLine;
using System.Globalization;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice explain model.zip rows.csv': shows how much each column contributes to the scores.</summary>
internal sealed class ExplainCommand
{
    private const string SummaryPicture = "-summary.png";

    private readonly Argument<string> _model = new("model")
    {
        Description = "A model saved by 'alice train --save'",
    };

    private readonly Argument<string> _data = new("rows")
    {
        Description = "A file with the columns of the training file; the label is not needed",
    };

    private readonly Option<string> _rows = new("--rows")
    {
        Description = "Which rows to print and draw: numbers from 1 and ranges, such as 1,5-8, or none (default: 1)",
        HelpName = "numbers",
        DefaultValueFactory = _ => "1",
    };

    private readonly Option<string> _class = new("--class")
    {
        Description = "The class whose log-odds are explained (default: the positive one of two; with more classes, "
            + "the most probable one of each row)",
        HelpName = "name",
    };

    private readonly Option<string> _out = new("--out")
    {
        Description = "Write the base and the contributions of every row as comma-separated text",
        HelpName = "contributions.csv",
    };

    private readonly Option<string> _plot = new("--plot")
    {
        Description = "Prefix of the written pictures: PREFIX-summary.png, and PREFIX-row-N.png for --rows",
        HelpName = "prefix",
    };

    private readonly FileFormatOptions _format;
    private readonly Option<bool> _verbose;

    private ExplainCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        command.Arguments.Add(_model);
        command.Arguments.Add(_data);
        foreach (var option in new Option[] { _rows, _class, _out, _plot })
            command.Options.Add(option);
        _format = new FileFormatOptions(command);
        command.SetAction((parsed, cancellation) =>
            Task.Run(() => Run(parsed, cancellation), cancellation).WaitAsync(cancellation));
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var command = new Command("explain", """
            Shows how much each column moved the score of a row away from the base. The base is the mean score of
            training rows that the model keeps. The base and the contributions add up to the score: the prediction of
            a regression, or the log-odds ln(p / (1 - p)) of a class. Also shows the mean size of the contributions
            over all rows of the file. Categories of a column are summed, and so are parts of a date.
            """);
        _ = new ExplainCommand(command, verbose);
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed);
        var (path, plot) = (parsed.GetValue(_out), parsed.GetValue(_plot));
        var chosen = ReadNumbers(parsed.GetRequiredValue(_rows));
        string[] pictures = plot is null ? []
            : [plot + SummaryPicture, .. chosen.Select(number => RowPicture(plot, number))];
        var files = new OutputFiles(terminal, [parsed.GetRequiredValue(_model), parsed.GetRequiredValue(_data)],
            [(_out.Name, path), .. pictures.Select(picture => (_plot.Name, (string?)picture))]);
        var ml = MlContexts.Create(seed: 1, terminal, parsed.GetValue(_verbose));
        var saved = SavedModel.Load(ml, parsed.GetRequiredValue(_model));
        var classIndex = ClassIndex(saved.Schema.Target, parsed.GetValue(_class));
        var table = saved.ReadTable(parsed.GetRequiredValue(_data), _format.Read(parsed), terminal.Note);
        if (chosen.FirstOrDefault(number => number > table.Records.Count) is > 0 and var beyond)
            throw new UserException($"--rows names row {beyond}, and {table.Path} has {table.Records.Count}");
        var rows = NetworkRows.Of(saved.Pipeline, saved.Schema,
            TableView.Create(table, table.AllRows, saved.Schema, withLabel: false, terminal.Note));
        if (rows.Background.Count == 0)
            terminal.Note("the model was saved by an earlier Alice.ML and keeps no training rows: "
                + "the base is the score of a row with the mean of each feature");
        var report = new ExplanationReport(rows.Columns, Explain(rows, saved.Schema, table, classIndex, cancellation));

        foreach (var number in chosen)
            report.Write(terminal, report.Rows[number - 1]);
        report.WriteSummary(terminal);
        if (path is not null)
            files.Write(path, report.Save);
        if (plot is not null)
        {
            files.Write(plot + SummaryPicture, report.DrawSummary($"What moves {Summarised(report)}").Save);
            foreach (var number in chosen)
                files.Write(RowPicture(plot, number), report.Draw(report.Rows[number - 1]).Save);
            if (!PictureStyle.HasFonts)
                terminal.Note(PictureStyle.NoFonts);
        }
        files.NoteWritten();
        return files.ExitCode;
    }

    private static string Summarised(ExplanationReport report) =>
        report.Rows.DistinctBy(row => row.Score).Count() == 1 ? report.Rows[0].Score
            : "log-odds of the most probable class";

    private static ExplainedRow[] Explain(
        NetworkRows rows, TableSchema schema, Table table, int? classIndex, CancellationToken cancellation)
    {
        var places = schema.Locate(table, withLabel: false);
        var explained = new ExplainedRow[rows.Features.Length];
        Parallel.For(0, explained.Length, new() { CancellationToken = cancellation }, i =>
        {
            var features = rows.Features[i];
            var index = classIndex ?? rows.MostProbable(features);
            explained[i] = new(i + 1, ScoreName(schema, index),
                [.. rows.Columns.Select(name => table.Records[i].Fields[places[name]])],
                rows.Explain(features, index));
        });
        return explained;
    }

    private static string ScoreName(TableSchema schema, int? classIndex) => schema.Target.Task switch
    {
        TaskKind.Regression => schema.Label.Name,
        TaskKind.Binary => $"log-odds of {schema.Target.Classes[classIndex ?? 1]}",
        _ => $"log-odds of {schema.Target.Classes[classIndex!.Value]}",
    };

    private int? ClassIndex(Target target, string? name)
    {
        if (name is null)
            return null;
        if (target.Task == TaskKind.Regression)
            throw new UserException($"{_class.Name} {name}: the model predicts a number, not a class");
        var index = target.Classes.ToList().IndexOf(name);
        return index >= 0 ? index : throw new UserException(
            $"{_class.Name} {name}: the model has the classes {string.Join(", ", target.Classes)}");
    }

    private static string RowPicture(string prefix, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{prefix}-row-{number}.png");

    private int[] ReadNumbers(string text)
    {
        if (text == "none")
            return [];
        var numbers = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', 2);
            if (!int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
                || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                || first < 1 || last < first)
                throw new UserException($"{_rows.Name} {text}: '{part}' is not a row; give numbers from 1 and ranges, "
                    + $"such as 1,5-8");
            numbers.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return [.. numbers.Distinct()];
    }
}
