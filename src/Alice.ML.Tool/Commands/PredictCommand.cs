using System.CommandLine;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice predict model.zip data.csv --out scores.csv': writes predictions for the rows of a file.</summary>
internal static class PredictCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var model = new Argument<string>("model") { Description = "A model saved by 'alice train --save'" };
        var data = new Argument<string>("data")
        {
            Description = "A file with the columns of the training file; the label may be absent",
        };
        var file = new Option<string>("--out")
        {
            Description = "File for the predictions (default: the standard output)",
            HelpName = "scores.csv",
        };
        var command = new Command("predict", """
            Writes the predictions of a saved model as comma-separated text, one line per row, in the order of the
            file. Regression: Score. Two classes: PredictedLabel and Probability (of the positive class). Several
            classes: PredictedLabel and the probability of each class. Columns are matched by name, or by position if
            the training file or this file has no header.
            """) { model, data, file };
        var format = new FileFormatOptions(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            var terminal = new Terminal(parsed);
            var path = parsed.GetValue(file);
            var files = new OutputFiles(
                terminal, [parsed.GetRequiredValue(model), parsed.GetRequiredValue(data)], [(file.Name, path)]);
            var ml = MlContexts.Create(seed: 1, terminal, parsed.GetValue(verbose));
            var saved = SavedModel.Load(ml, parsed.GetRequiredValue(model));
            var table = saved.ReadTable(parsed.GetRequiredValue(data), format.Read(parsed), terminal.Note);
            var view = TableView.Create(table, table.AllRows, saved.Schema, withLabel: false, terminal.Note);
            var task = TableTask.For(saved.Schema);
            var outputs = task.Predict(saved.Pipeline, view);
            if (outputs.Count(o => !TableTask.IsScored(o)) is > 0 and var count)
                terminal.Note($"{count} of {outputs.Length} rows cannot be scored: their lines are empty");
            if (path is null)
            {
                Write(terminal.Out, task, outputs);
                return ExitCodes.Success;
            }
            var isWritten = files.Write(path, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                Write(writer, task, outputs);
            });
            if (isWritten)
                terminal.Note($"{outputs.Length} predictions written to {path}");
            return files.ExitCode;
            // No need to wait for the command after a signal: the file is written whole or not at all.
        }, cancellation).WaitAsync(cancellation));
        return command;
    }

    private static void Write(TextWriter writer, TableTask task, float[][] outputs)
    {
        WriteLine(writer, task.Header);
        foreach (var output in outputs)
            WriteLine(writer, TableTask.IsScored(output) ? task.Fields(output) : task.Header.Select(_ => ""));
    }

    private static void WriteLine(TextWriter writer, IEnumerable<string> fields) =>
        writer.WriteLine(string.Join(',', fields.Select(Quoted)));

    /// <summary>Quotes a class name that contains a comma, a quote or a line break.</summary>
    private static string Quoted(string field) =>
        field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;
}
