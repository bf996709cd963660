using System.CommandLine;
using Alice.ML.Tool;

namespace Alice.ML.Samples.Start;

/// <summary>Which sample runs: the robot arm, or the one that the first argument names. The tool's commands run as
/// well.</summary>
internal static class SampleCommands
{
    private static readonly (string Name, string Says, Action<string, TextWriter> Run)[] _samples =
    [
        (nameof(Classes), "Several classes, with a probability for each", (_, output) => Classes.Run(output)),
        (nameof(Text), "Texts: reviews that praise or complain", (_, output) => Text.Run(output)),
        (nameof(Quantiles), "An interval about each prediction", (_, output) => Quantiles.Run(output)),
        (nameof(SeveralLabels), "Several numbers from one model: where the robot arm's hand is",
            (_, output) => SeveralLabels.Run(output)),
        (nameof(OwnModule), "The optimizer alone, on a convolutional network", (_, output) => OwnModule.Run(output)),
        (nameof(LargeTables), "Tables larger than memory, from Parquet and from a database",
            (folder, output) => LargeTables.Run(folder, output)),
        (nameof(Onnx), "A network as an ONNX file, scored by ONNX Runtime",
            (folder, output) => Onnx.Run(folder, output)),
    ];

    /// <summary>Runs a sample, as
    /// <see cref="CommandLine.RunAsync(string[], TextWriter, TextWriter, CancellationToken)"/> does commands.</summary>
    public static Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default) =>
            CommandLine.RunAsync(Create, args, output, error, cancellation);

    private static RootCommand Create(Option<bool> verbose)
    {
        var root = new RootCommand("""
            Samples of Alice.ML. Without a name it simulates a robot arm, trains Alice, LightGBM and linear regression
            on it, compares them, and saves the model and a picture of the training. The commands in lower case are
            those of the tool 'alice', for your own files.
            """);
        RobotArmCommand.Configure(root, verbose);
        foreach (var (name, says, run) in _samples)
        {
            var command = new Command(name, says);
            command.SetAction((parsed, _) => InFolder(folder =>
            {
                run(folder, parsed.InvocationConfiguration.Output);
                return Task.CompletedTask;
            }));
            root.Subcommands.Add(command);
        }
        root.Subcommands.Add(CreateCsvToModel());
        root.Subcommands.Add(CreateService());
        CommandLine.AddCommands(root, verbose);
        return root;
    }

    private static Command CreateCsvToModel()
    {
        var command = new Command(nameof(CsvToModel), "From a .csv file to a saved model, and to predictions");
        var folder = new Option<string?>("--folder")
        {
            Description = "Where to keep flats.csv and flats.zip (default: they are deleted at the end)",
        };
        command.Options.Add(folder);
        command.SetAction((parsed, _) =>
        {
            Task Run(string path)
            {
                CsvToModel.Run(path, parsed.InvocationConfiguration.Output);
                return Task.CompletedTask;
            }
            return parsed.GetValue(folder) is { } kept ? Run(Directory.CreateDirectory(kept).FullName) : InFolder(Run);
        });
        return command;
    }

    private static Command CreateService()
    {
        var command = new Command(nameof(Service), "A web service that predicts with a saved model, until Ctrl-C");
        var model = new Option<string?>("--model")
        {
            Description = "The model, made by CsvToModel (default: one is trained first)",
        };
        var url = new Option<string>("--url")
        {
            Description = "Where to listen",
            DefaultValueFactory = _ => "http://127.0.0.1:5000",
        };
        command.Options.Add(model);
        command.Options.Add(url);
        command.SetAction((parsed, cancellation) => InFolder(async folder =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(model) is null)
                CsvToModel.Run(folder, output);
            var file = parsed.GetValue(model) ?? Path.Combine(folder, "flats.zip");
            await using var app = Service.Create(file, parsed.GetValue(url)!, cancellation);
            await app.StartAsync(cancellation).ConfigureAwait(false);
            output.WriteLine($"serving {file} at {app.Urls.First()}");
            await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(_ => { }, TaskScheduler.Default)
                .ConfigureAwait(false);
            await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }));
        return command;
    }

    /// <summary>Gives a sample a folder for its files, which goes with them.</summary>
    private static async Task InFolder(Func<string, Task> run)
    {
        var folder = Directory.CreateTempSubdirectory("alice-sample-");
        try
        {
            await run(folder.FullName).ConfigureAwait(false);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
