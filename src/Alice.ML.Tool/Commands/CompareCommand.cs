using System.CommandLine;
using Alice.ML.Models;
using Alice.ML.Tool.Comparing;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice compare data.csv --label y': trains one network with several optimizers.</summary>
internal sealed class CompareCommand
{
    private readonly Option<string> _out = new("--out")
    {
        Description = "Prefix of the written files: four pictures and two tables",
        HelpName = "prefix",
        DefaultValueFactory = _ => "compare",
    };

    private readonly Option<int> _seeds = new("--seeds")
    {
        Description = "Runs at each learning rate, each from its own starting weights",
        HelpName = "count",
        DefaultValueFactory = _ => 3,
    };

    private readonly Option<int> _epochs = new("--epochs")
    {
        Description = "Passes over the training rows",
        HelpName = "count",
        DefaultValueFactory = _ => 60,
    };

    private readonly Option<int> _batchSize = new("--batch-size")
    {
        Description = "Rows per step",
        HelpName = "rows",
        DefaultValueFactory = _ => 64,
    };

    private readonly Option<int> _units = new("--units")
    {
        Description = "Units of each of the two hidden layers",
        HelpName = "count",
        DefaultValueFactory = _ => 64,
    };

    private readonly Option<Activation> _activation =
        new("--activation") { Description = "Activation of the hidden layers" };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seed of the split into rows to train, to choose learning rates and to test",
        HelpName = "number",
        DefaultValueFactory = _ => 1,
    };

    private readonly DataOptions _data;
    private readonly Option<bool> _verbose;

    private CompareCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        _data = new DataOptions(command);
        foreach (var option in new Option[] { _out, _seeds, _epochs, _batchSize, _units, _activation, _seed })
            command.Options.Add(option);
        Validate.AtLeast(_seeds, 2);
        Validate.AtLeast(_epochs, 1);
        Validate.AtLeast(_batchSize, 1);
        Validate.AtLeast(_units, 1);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var command = new Command("compare", """
            Trains the same network, from the same starting weights and on the same minibatches, with variants of
            Alice, Adam, SGD with momentum and AdaHessian. A fifth of the training rows chooses the best learning rate
            of each optimizer. Prints the error on the test rows at that rate, and at 0.1 to 10 times that rate.
            """);
        _ = new CompareCommand(command, verbose);
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed);
        var prefix = parsed.GetRequiredValue(_out);
        var files = new OutputFiles(
            terminal, _data.Inputs(parsed), ComparisonReport.Suffixes.Select(s => (_out.Name, (string?)(prefix + s))));
        var seed = parsed.GetValue(_seed);
        var table = _data.Read(parsed, terminal.Note);
        var (target, testTable, split) = _data.TestRows(parsed, table, seed, terminal.Note);
        var prepared = PreparedData.Of(table, target, testTable, split, terminal.Note);
        var ml = MlContexts.Create(seed, terminal, parsed.GetValue(_verbose));
        var contenders = Contender.All; // loads Alice.ML, which helps TorchSharp load on older Linuxes
        using var data = ComparisonData.Create(ml, prepared, seed);
        var settings = new ComparisonSettings(
            [parsed.GetValue(_units), parsed.GetValue(_units)], parsed.GetValue(_activation), parsed.GetValue(_epochs),
            parsed.GetValue(_batchSize));
        var seeds = parsed.GetValue(_seeds);
        var standings = Standings.Measure(contenders, data, settings, seeds, examined => terminal.Error.WriteLine(
            $"{examined.Name}: best learning rate {examined.Best[0].LearningRate:G3}"), cancellation);

        var file = Path.GetFileName(parsed.GetRequiredValue(_data.File));
        terminal.Out.WriteLine($"{prepared.Schema.Label.Name} from {file}: " +
            $"{data.Training.Targets.shape[0]} rows train, {data.Validation.Targets.shape[0]} choose learning rates, " +
            $"{data.Test.Targets.shape[0]} test; {settings.Epochs} epochs, {seeds} seeds, {settings.Activation}.");
        ComparisonReport.Write(terminal, standings);
        ComparisonReport.Save(files, prefix, file, standings);
        files.NoteWritten();
        if (!PictureStyle.HasFonts)
            terminal.Note(PictureStyle.NoFonts);
        return files.ExitCode;
    }
}
