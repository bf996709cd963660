using System.CommandLine;
using Alice.ML.Landscape;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice prune model.zip data.csv': measures a model while growing shares of its weights are
/// removed.</summary>
internal static class PruneCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var model = new Argument<string>("model") { Description = "A model saved by 'alice train --save'" };
        var data = new Argument<string>("data")
        {
            Description = "A file with the columns of the training file, including the label: its rows decide which " +
                "weights are removed",
        };
        var test = new Option<string>("--test")
        {
            Description = "A file of test rows (default: a random half of the data; the other half decides)",
            HelpName = "file",
        };
        var output = new Option<string>("--out")
        {
            Description = "Prefix of the written picture and table",
            HelpName = "prefix",
            DefaultValueFactory = _ => "prune",
        };
        var save = new Option<string>("--save")
        {
            Description = "Save the model without the share --fraction of its weights, chosen by predicted loss",
            HelpName = "model.zip",
        };
        var fraction = new Option<double>("--fraction")
        {
            Description = "Share of the weights to remove for --save, 0 to below 1",
            HelpName = "share",
            DefaultValueFactory = _ => 0.3,
        };
        Validate.Number(fraction, share => share is >= 0 and < 1, "a number from 0 to below 1");
        var rounds = new Option<int>("--rounds")
        {
            Description = "Rounds in which weights are removed; the predicted loss is measured again before each",
            HelpName = "count",
            DefaultValueFactory = _ => new PruneOptions().Rounds,
        };
        Validate.AtLeast(rounds, 1);
        var directions = new Option<int>("--directions")
        {
            Description = "Random directions for measuring the predicted loss",
            HelpName = "count",
            DefaultValueFactory = _ => new PruneOptions().Directions,
        };
        Validate.AtLeast(directions, 1);
        var command = new Command("prune", """
            Removes growing shares of the weights of a saved model, in four orders, and prints the test error of each:
            by predicted loss (least harm first), by magnitude, at random, and by predicted loss with the gradient's
            term.
            """) { model, data, test, output, save, fraction, rounds, directions };
        var format = new FileFormatOptions(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var terminal = new Terminal(parsed);
            var prefix = parsed.GetRequiredValue(output);
            var files = new OutputFiles(terminal,
                [parsed.GetRequiredValue(model), parsed.GetRequiredValue(data), parsed.GetValue(test)],
                [.. PruneReport.Suffixes.Select(s => (output.Name, (string?)(prefix + s))),
                    (save.Name, parsed.GetValue(save))]);
            var ml = MlContexts.Create(seed: 1, terminal, parsed.GetValue(verbose));
            var saved = SavedModel.Load(ml, parsed.GetRequiredValue(model));
            var table = saved.ReadTable(parsed.GetRequiredValue(data), format.Read(parsed), terminal.Note);
            var testTable = parsed.GetValue(test) is { } file
                ? saved.ReadTable(file, format.Read(parsed), terminal.Note) : table;
            var split = ReferenceEquals(testTable, table)
                ? Halves(saved.Schema, table, terminal.Note)
                : new RowSplit(table.AllRows, testTable.AllRows);
            var (rows, _) = LabelledTable.Read(table, split.Train, saved.Schema, terminal.Note);
            var (testRows, labels) = LabelledTable.Read(testTable, split.Test, saved.Schema, terminal.Note);
            var options = new PruneOptions
            {
                Rounds = parsed.GetValue(rounds),
                Directions = parsed.GetValue(directions),
                CancellationToken = cancellation,
            };

            var models = PruningCurve.Measure(ml, saved, rows, testRows, labels, options, terminal.Note);
            PruneReport.Write(terminal, models);
            PruneReport.Save(files, prefix, Path.GetFileName(table.Path), models);
            files.NoteWritten();
            if (!PictureStyle.HasFonts)
                terminal.Note(PictureStyle.NoFonts);
            if (parsed.GetValue(save) is { } path)
            {
                var kept = saved.Pipeline.Prune(parsed.GetValue(fraction), rows,
                    new LandscapeDataOptions { LabelColumnName = saved.Schema.Label.Name }, options);
                if (files.Write(path, stream => new SavedModel(kept.Model, saved.Schema).Save(ml, rows.Schema, stream)))
                    terminal.Note(
                        $"model without {kept.ChangedCount} of its {kept.WeightCount} weights saved as {path}");
            }
            return files.ExitCode;
        }, cancellation));
        return command;
    }

    private static RowSplit Halves(TableSchema schema, Data.Table table, Action<string> note)
    {
        var label = schema.Locate(table, withLabel: true)[schema.Label.Name];
        var rows = LabelColumn.LabelledRows(table, table.AllRows, label, schema.Target, note);
        return RowSplit.Random(
            rows, schema.Target.Task == TaskKind.Regression ? null
            : schema.Target.Read(table, rows, label), 0.5, seed: 1);
    }
}
