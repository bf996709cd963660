using System.CommandLine;
using System.Text.Json.Nodes;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice evaluate model.zip data.csv': measures a saved model on the rows of a file.</summary>
internal static class EvaluateCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var model = new Argument<string>("model") { Description = "A model saved by 'alice train --save'" };
        var data = new Argument<string>("data")
        {
            Description = "A file with the columns of the training file, including the label",
        };
        var importance = new Option<bool>("--importance")
        {
            Description = "Also measure how much the error grows when the values of a column are shuffled",
        };
        var permutations = new Option<int>("--permutations")
        {
            Description = "Number of shuffles of each column for --importance",
            HelpName = "count",
            DefaultValueFactory = _ => ColumnImportances.DefaultPermutations,
        };
        Validate.AtLeast(permutations, 2);
        var plot = new Option<string>("--plot")
        {
            Description = "Draw the importance; needs --importance",
            HelpName = "importance.png",
        };
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object" };
        var command = new Command("evaluate", """
            Prints the metrics of a saved model on the rows of a file. Columns are matched by name, or by position if
            the training file or this file has no header. Rows without a label are skipped.
            """) { model, data, importance, permutations, plot, json };
        var format = new FileFormatOptions(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var terminal = new Terminal(parsed);
            var picture = parsed.GetValue(plot);
            if (picture is not null && !parsed.GetValue(importance))
                throw new UserException($"{plot.Name} draws the importance: give {importance.Name} too");
            var files = new OutputFiles(terminal, [parsed.GetRequiredValue(model), parsed.GetRequiredValue(data)],
                [(plot.Name, picture)]);
            var ml = MlContexts.Create(seed: 1, terminal, parsed.GetValue(verbose));
            var saved = SavedModel.Load(ml, parsed.GetRequiredValue(model));
            var table = saved.ReadTable(parsed.GetRequiredValue(data), format.Read(parsed), terminal.Note);
            var task = TableTask.For(saved.Schema);
            var (rows, labels) = LabelledTable.Read(table, table.AllRows, saved.Schema, terminal.Note);
            var metrics = task.Test(ml, saved.Pipeline, rows, labels, terminal.Note);
            var members = new JsonObject { ["task"] = task.Name, ["label"] = saved.Schema.Label.Name };
            var measured = !parsed.GetValue(importance) ? null : ColumnImportances.Measure(
                ml, task, NetworkRows.Of(saved.Pipeline, saved.Schema, rows), labels, parsed.GetValue(permutations),
                seed: 1, cancellation);
            if (measured?.Rows < rows.RowCount)
                terminal.Note($"importance is measured on {measured.Rows} of {rows.RowCount} rows, evenly spread");
            if (measured is not null)
                members["importance"] = ImportanceReport.ToJson(measured);
            MetricsReport.Write(terminal.Out, "test", rows.RowCount, metrics, parsed.GetValue(json) ? members : null);
            if (measured is not null && !parsed.GetValue(json))
                ImportanceReport.Write(terminal, measured);
            if (measured is not null && picture is not null)
            {
                files.Write(picture, ImportanceReport.Draw(measured, saved.Schema.Label.Name).Save);
                if (!PictureStyle.HasFonts)
                    terminal.Note(PictureStyle.NoFonts);
            }
            files.NoteWritten();
            return files.ExitCode;
        }, cancellation).WaitAsync(cancellation));
        return command;
    }
}
