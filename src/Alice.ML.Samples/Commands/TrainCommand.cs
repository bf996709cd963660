using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Alice.ML.Samples.Data;
using Alice.ML.Samples.Modelling;
using Alice.ML.Samples.Reporting;

namespace Alice.ML.Samples.Commands;

/// <summary>
/// 'alice train data.csv --label y': trains on a delimited file, tests on rows held out, saves the pipeline.
/// </summary>
internal sealed class TrainCommand
{
    /// <summary>The share of the rows that test when nothing else says which.</summary>
    public const double TestShare = 0.2;

    private readonly Argument<string> _data = new("data") { Description = "The training file: one row per line" };

    private readonly Option<string> _label = new("--label")
    {
        Description = "The column to predict: its name, or its number from 1 (-1 is the last). A name wins where a " +
            "header holds numbers",
        HelpName = "column",
        Required = true,
    };

    private readonly Option<string> _test = new("--test")
    {
        Description = "A file of test rows (default: a random fifth of the data is held out)",
        HelpName = "file",
    };

    private readonly Option<string> _split = new("--split")
    {
        Description = "A file that names test rows: one fold per line, the zero-based numbers of its test rows " +
            "separated by commas",
        HelpName = "file",
    };

    private readonly Option<int> _fold = new("--fold")
    {
        Description = "Which line of the split file, from 0",
        HelpName = "number",
    };

    private readonly Option<string[]> _text = new("--text")
    {
        Description = "A column, by name or number, to take as categories even though it holds numbers; may be " +
            "repeated",
        HelpName = "column",
    };

    private readonly Option<string[]> _ignore = new("--ignore")
    {
        Description = "A column, by name or number, not to use; may be repeated",
        HelpName = "column",
    };

    private readonly Option<string> _save = new("--save")
    {
        Description = "Save the whole pipeline as a .zip, for mlContext.Model.Load",
        HelpName = "model.zip",
    };

    private readonly Option<string> _plot = new("--plot")
    {
        Description = "Draw the learning curve",
        HelpName = "curve.png",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the result as one JSON object" };

    private readonly FileFormatOptions _format;
    private readonly NetworkOptions _network;
    private readonly Option<bool> _verbose;

    private TrainCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        command.Arguments.Add(_data);
        foreach (var option in new Option[] { _label, _test, _split, _fold, _text, _ignore, _save, _plot, _json })
            command.Options.Add(option);
        _network = new NetworkOptions(command);
        _format = new FileFormatOptions(command);
        Validate.AtLeast(_fold, 0);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_test) is not null && result.GetValue(_split) is not null)
                result.AddError("--test and --split exclude each other: both say which rows test");
            if (result.GetResult(_fold) is { Implicit: false } && result.GetValue(_split) is null)
                result.AddError("--fold needs --split, the file of folds");
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
    }

    /// <summary>The command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var command = new Command("train", """
            Trains on a delimited text file and prints the error on test rows.

            Numbers are used as they are: a missing one becomes its column's mean, with a 0/1 feature beside it that
            says so. Texts are one-hot encoded: at most 100 categories a column, the most frequent ones. Columns of one
            value, and texts that are nearly all different, are left out. Rows without a label are skipped.
            """);
        _ = new TrainCommand(command, verbose);
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed);
        var settings = _network.Read(parsed);
        var table = DelimitedFile.Read(parsed.GetRequiredValue(_data), _format.Read(parsed));
        var label = table.Column(parsed.GetRequiredValue(_label), "--label");
        var (testTable, split) = TestRows(parsed, table, settings.Seed);
        var rows = RegressionTask.LabelledRows(table, split.Train, label, terminal.Note);
        RegressionTask.CheckLabel(table, rows, label);
        var schema = new SchemaInference(table, rows, terminal.Note)
        {
            AsText = Columns(parsed, _text, table),
            Ignored = Columns(parsed, _ignore, table),
        }.Infer(label);

        var testLabel = testTable == table ? label : schema.Locate(testTable, withLabel: true)[schema.Label.Name];
        var testRows = RegressionTask.LabelledRows(testTable, split.Test, testLabel, terminal.Note);
        var train = TableView.Create(table, rows, schema, withLabel: true);
        var test = TableView.Create(testTable, testRows, schema, withLabel: true);
        OutputFile.Check(parsed.GetValue(_save));
        OutputFile.Check(parsed.GetValue(_plot));

        var ml = MlContexts.Create(settings.Seed, terminal, parsed.GetValue(_verbose));
        var stopwatch = Stopwatch.StartNew();
        var (model, epochs) = TrainingProgress.Run(terminal, $"{train.RowCount} rows", cancellation,
            progress => RegressionTask.Fit(ml, schema, train, settings, progress));
        var seconds = stopwatch.Elapsed.TotalSeconds;
        cancellation.ThrowIfCancellationRequested();

        var scores = RegressionTask.Evaluate(ml, TableView.Numbers(testTable, testRows, testLabel, schema.Label.Name),
            RegressionTask.Predict(model, test));
        if (parsed.GetValue(_save) is { } path)
        {
            new SavedModel(model, schema).Save(ml, train.Schema, path);
            terminal.Note($"model saved as {path}");
        }
        if (parsed.GetValue(_plot) is { } picture)
        {
            LearningCurvePlot.Save(picture, $"{schema.Label.Name} from {Path.GetFileName(table.Path)}",
                $"root mean squared error of {schema.Label.Name}", epochs,
                [new ReferenceLine("Alice, test", scores.Rmse)]);
            terminal.Note($"learning curve drawn as {picture}");
            if (!LearningCurvePlot.HasFonts)
                terminal.Note(LearningCurvePlot.NoFonts);
        }
        var members = new JsonObject
        {
            ["task"] = "regression",
            ["label"] = schema.Label.Name,
            ["trainRows"] = train.RowCount,
            ["seconds"] = seconds,
        };
        MetricsReport.Write(terminal.Out, "test", testRows.Length, scores, parsed.GetValue(_json) ? members : null);
        return CommandLine.Success;
    }

    private (Table Table, RowSplit Split) TestRows(ParseResult parsed, Table table, int seed)
    {
        if (parsed.GetValue(_test) is { } path)
        {
            var test = DelimitedFile.Read(path, _format.Read(parsed), table.HasHeader ? [.. table.Names] : null);
            return (test, new RowSplit(table.AllRows, test.AllRows));
        }
        return (table, parsed.GetValue(_split) is { } folds
            ? RowSplit.FromFile(folds, parsed.GetValue(_fold), table.Records.Count)
            : RowSplit.Random(table.Records.Count, TestShare, seed));
    }

    private static HashSet<int> Columns(ParseResult parsed, Option<string[]> option, Table table) =>
        [.. (parsed.GetValue(option) ?? []).Select(column => table.Column(column, option.Name))];
}
