using System.CommandLine;
using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>'alice landscape data.csv --label y': trains networks and measures their loss landscapes.</summary>
internal sealed class LandscapeCommand
{
    private readonly Option<string> _out = new("--out")
    {
        Description = "Prefix of the written files: three pictures and two tables",
        HelpName = "prefix",
        DefaultValueFactory = _ => "landscape",
    };

    private readonly Option<int> _directions = new("--directions")
    {
        Description = "Random directions at each distance",
        HelpName = "count",
        DefaultValueFactory = _ => new LandscapeOptions().Directions,
    };

    private readonly Option<int> _rows = new("--rows")
    {
        Description = "Maximum number of training rows to measure on; they are evenly spread",
        HelpName = "count",
        DefaultValueFactory = _ => new LandscapeDataOptions().MaximumRows,
    };

    private readonly DataOptions _data;
    private readonly NetworkOptions _network;
    private readonly Option<bool> _verbose;

    private LandscapeCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        _data = new DataOptions(command);
        command.Options.Add(_out);
        command.Options.Add(_directions);
        command.Options.Add(_rows);
        _network = new NetworkOptions(command);
        Validate.AtLeast(_directions, 2);
        Validate.AtLeast(_rows, 1);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(Option<bool> verbose)
    {
        var command = new Command("landscape", """
            Trains a network with ReLU and the same network with GELU, and measures the landscape of their losses: how
            the gradient varies with distance (like glass, or smoothly), the glass density and the Hessian of each
            layer, and the true loss along a step of Alice beside the predictions of a quadratic and of glass. Defaults
            of this command: one network, numbers not encoded, no weight decay (1 for classes).
            """);
        _ = new LandscapeCommand(command, verbose);
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed);
        var settings = _network.Read(parsed);
        var prefix = parsed.GetRequiredValue(_out);
        var files = new OutputFiles(
            terminal, _data.Inputs(parsed), LandscapeFiles.Suffixes.Select(s => (_out.Name, (string?)(prefix + s))));
        var data = _data.Read(parsed, terminal.Note);
        var (target, testTable, split) = _data.TestRows(parsed, data, settings.Seed, terminal.Note);
        var prepared = PreparedData.Of(data, target, testTable, split, terminal.Note);
        var ml = MlContexts.Create(settings.Seed, terminal, parsed.GetValue(_verbose));
        var study = new LandscapeStudy(ml, prepared, settings);
        var reports = new List<(string Name, LandscapeReport Report)>();
        foreach (var activation in new[] { Activation.ReLU, Activation.GELU })
        {
            var model = TrainingProgress.Run(
                terminal, $"{activation}", progress => study.Train(activation, progress, cancellation));
            cancellation.ThrowIfCancellationRequested();
            reports.Add(($"{activation}",
                study.Measure(model, parsed.GetValue(_rows), parsed.GetValue(_directions), cancellation)));
        }
        foreach (var (name, report) in reports)
            LandscapeTables.Write(terminal, name, report);
        LandscapeFiles.Save(files, prefix, $"{data.Table.Names[data.Label]} from {Path.GetFileName(data.Table.Path)}",
            reports);
        files.NoteWritten();
        if (!PictureStyle.HasFonts)
            terminal.Note(PictureStyle.NoFonts);
        return files.ExitCode;
    }
}
