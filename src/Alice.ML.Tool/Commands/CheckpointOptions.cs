using System.CommandLine;
using Alice.ML.Tool.Modelling;

namespace Alice.ML.Tool.Commands;

/// <summary>The options for checkpoints.</summary>
internal sealed class CheckpointOptions
{
    private readonly Option<string?> _file = new("--checkpoint")
    {
        Description = "Save the run to this file during training; deleted when all results are written",
        HelpName = "file",
    };

    private readonly Option<double?> _seconds = new("--checkpoint-seconds")
    {
        Description = "Time between two checkpoints (default: 60; more if they take long to write)",
        HelpName = "seconds",
    };

    private readonly Option<bool> _resume = new("--resume")
    {
        Description = "Continue the run in the --checkpoint file; if there is no file, start a new run",
    };

    public CheckpointOptions(Command command)
    {
        Validate.Number(_seconds, s => s > 0 && s < TimeSpan.MaxValue.TotalSeconds, "a number above 0");
        foreach (var option in new Option[] { _file, _seconds, _resume })
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_file) is null && (result.GetValue(_resume) || result.GetValue(_seconds) is not null))
                result.AddError("--resume and --checkpoint-seconds need --checkpoint, the file of the run");
        });
    }

    /// <summary>The checkpoint file.</summary>
    public Option<string?> File => _file;

    /// <summary>Adds the values of the command line to the settings.</summary>
    public NetworkSettings Read(ParseResult parsed, NetworkSettings settings) => settings with
    {
        CheckpointPath = parsed.GetValue(_file),
        CheckpointInterval = parsed.GetValue(_seconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Resume = parsed.GetValue(_resume),
    };
}
