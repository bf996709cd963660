using System.CommandLine;
using System.Globalization;
using Alice.ML.Samples.Data;
using Alice.ML.Samples.Modelling;
using Alice.ML.Samples.Reporting;

namespace Alice.ML.Samples.Commands;

/// <summary>
/// 'alice predict model.zip data.csv --out scores.csv': a saved model's predictions for the rows of a file.
/// </summary>
internal static class PredictCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var model = new Argument<string>("model") { Description = "A model that 'alice train --save' has written" };
        var data = new Argument<string>("data")
        {
            Description = "A file with the columns of the training file; the label is not needed",
        };
        var file = new Option<string>("--out")
        {
            Description = "Where the predictions go (default: the standard output)",
            HelpName = "scores.csv",
        };
        var command = new Command("predict", """
            Writes the predictions of a saved model: the line 'Score', then one number for each row of the file, in its
            order. Columns are found by name; by position where the training file or this file has no header.
            """) { model, data, file };
        var format = new FileFormatOptions(command);
        command.SetAction(parsed =>
        {
            var terminal = new Terminal(parsed);
            var path = parsed.GetValue(file);
            OutputFile.Check(path);
            var ml = MlContexts.Create(seed: 1, terminal, parsed.GetValue(verbose));
            var saved = SavedModel.Load(ml, parsed.GetRequiredValue(model));
            var table = saved.ReadTable(parsed.GetRequiredValue(data), format.Read(parsed));
            var view = TableView.Create(table, table.AllRows, saved.Schema, withLabel: false);
            var scores = RegressionTask.Predict(saved.Pipeline, view);
            if (path is null)
            {
                Write(terminal.Out, scores);
                return CommandLine.Success;
            }
            using (var writer = new StreamWriter(path))
                Write(writer, scores);
            terminal.Note($"{scores.Length} predictions written to {path}");
            return CommandLine.Success;
        });
        return command;
    }

    private static void Write(TextWriter writer, float[] scores)
    {
        writer.WriteLine("Score");
        foreach (var score in scores)
            writer.WriteLine(score.ToString(CultureInfo.InvariantCulture));
    }
}
