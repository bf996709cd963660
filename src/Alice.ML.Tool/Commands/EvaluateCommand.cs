using System.CommandLine;
using System.Text.Json.Nodes;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice evaluate model.zip data.csv': the error of a saved model on the rows of a file.</summary>
internal static class EvaluateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var model = new Argument<string>("model") { Description = "A model saved by 'alice train --save'" };
        var data = new Argument<string>("data")
        {
            Description = "A file with the columns of the training file, including the label",
        };
        var json = new Option<bool>("--json") { Description = "Print the result as one JSON object" };
        var command = new Command("evaluate", """
            Prints the metrics of a saved model on the rows of a file. Columns are matched by name, or by position if
            the training file or this file has no header. Rows without a label are skipped.
            """) { model, data, json };
        var format = new FileFormatOptions(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var terminal = new Terminal(parsed);
            var ml = MlContexts.Create(seed: 1, terminal, parsed.GetValue(verbose));
            var saved = SavedModel.Load(ml, parsed.GetRequiredValue(model));
            var table = saved.ReadTable(parsed.GetRequiredValue(data), format.Read(parsed), terminal.Note);
            var task = TableTask.For(saved.Schema);
            var (rows, labels) = LabelledTable.Read(table, table.AllRows, saved.Schema, terminal.Note);
            var metrics = task.Test(ml, saved.Pipeline, rows, labels, terminal.Note);
            var members = new JsonObject { ["task"] = task.Name, ["label"] = saved.Schema.Label.Name };
            MetricsReport.Write(terminal.Out, "test", rows.RowCount, metrics, parsed.GetValue(json) ? members : null);
            return ExitCodes.Success;
        }, cancellation).WaitAsync(cancellation));
        return command;
    }
}
