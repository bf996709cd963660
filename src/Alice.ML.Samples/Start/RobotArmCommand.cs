using System.CommandLine;
using Alice.ML.Tool.Commands;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Report;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Samples.Start;

/// <summary>Without a sample's name: <see cref="RobotArm"/>, with options, progress, a saved model and a
/// picture.</summary>
internal sealed class RobotArmCommand
{
    /// <summary>What is said where LightGBM is left out.</summary>
    internal const string NoLightGbm =
        "LightGBM is left out: its native library does not load here. Its package brings it " +
        "for x64 alone, where it also needs OpenMP (libgomp1, or libomp on macOS).";

    private readonly Option<int> _rows = new("--rows")
    {
        Description = "Readings to simulate; a quarter of them test",
        HelpName = "count",
        DefaultValueFactory = _ => 8192,
    };

    private readonly Option<string> _save = new("--save")
    {
        Description = "Where the model goes",
        HelpName = "model.zip",
        DefaultValueFactory = _ => "model.zip",
    };

    private readonly Option<string> _plot = new("--plot")
    {
        Description = "Where the learning curve goes",
        HelpName = "curve.png",
        DefaultValueFactory = _ => "learning-curve.png",
    };

    private readonly Option<string> _report = new("--report")
    {
        Description = "Where the report goes",
        HelpName = "report.html",
        DefaultValueFactory = _ => "robot-arm.html",
    };

    private readonly NetworkOptions _network;
    private readonly Option<bool> _verbose;

    private RobotArmCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        foreach (var option in new Option[] { _rows, _save, _plot, _report })
            command.Options.Add(option);
        _network = new NetworkOptions(command);
        Validate.AtLeast(_rows, 20);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
    }

    /// <summary>Makes the robot arm what a command does.</summary>
    public static void Configure(Command command, Option<bool> verbose) => _ = new RobotArmCommand(command, verbose);

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed);
        var settings = _network.Read(parsed);
        var (modelPath, plotPath) = (parsed.GetRequiredValue(_save), parsed.GetRequiredValue(_plot));
        var reportPath = parsed.GetRequiredValue(_report);
        var files = new OutputFiles(
            terminal, [], [(_save.Name, modelPath), (_plot.Name, plotPath), (_report.Name, reportPath)]);
        if (parsed.GetResult(_save) is null or { Implicit: true } && File.Exists(modelPath) && !IsOfArm(modelPath))
            throw new UserException(
                $"{modelPath} exists and is not a model of the robot arm; name another file with --save");

        var ml = MlContexts.Create(settings.Seed, terminal, parsed.GetValue(_verbose));
        var arm = new RobotArm(ml, parsed.GetValue(_rows), settings.Seed, terminal.Out);
        var (alice, epochs) = TrainingProgress.Run(terminal, "Alice", progress =>
        {
            var options = new AliceRegressionTrainer.Options();
            settings.Apply(options, options.LabelColumnName, options.FeatureColumnName, progress, cancellation);
            return arm.TrainAlice(options);
        });
        var isSaved = files.Write(modelPath, stream => arm.Save(alice, stream));
        if (cancellation.IsCancellationRequested)
            return isSaved ? terminal.Cancelled(epochs.Count, modelPath) : throw new OperationCanceledException();
        if (!RobotArm.HasLightGbm)
            terminal.Note(NoLightGbm);
        List<RobotArm.Result> results = [alice, .. arm.TrainRivals()];
        arm.WriteTable(results);
        var isDrawn = files.Write(plotPath, stream => Draw(stream, epochs, results));
        if (!PictureStyle.HasFonts)
            terminal.Note(PictureStyle.NoFonts);
        var isReported = TrainingProgress.Run(terminal, "report", progress => files.Write(reportPath,
            stream => AliceReport.WriteTo(stream, ReportOf(arm, alice, settings, progress, cancellation))));
        if (isSaved && isDrawn && isReported)
            terminal.Out.WriteLine($"Saved: {modelPath} (the model), {plotPath} (the learning curve), {reportPath} " +
                "(the report, for a browser).");
        if (isSaved)
            arm.ShowReloaded(modelPath);
        return files.ExitCode;
    }

    private static string ReportOf(RobotArm arm, RobotArm.Result alice, NetworkSettings settings,
        TrainingProgress progress, CancellationToken cancellation) => AliceReport.Create(
            alice.Model, arm.Testing, new()
            {
                LabelColumnName = nameof(ArmReading.Distance),
                LabelUnit = "m",
                TrainingData = arm.Training,
                Title = "Distance of a robot arm's hand",
                Command = "dotnet run -c Release --project src/Alice.ML.Samples",
                Loss = settings.Loss,
                Effort = settings.Effort,
                Seed = settings.Seed,
                Progress = progress.Advance,
                CancellationToken = cancellation,
            });

    private static void Draw(Stream stream, IReadOnlyList<AliceEpoch> epochs, IEnumerable<RobotArm.Result> results) =>
        LearningCurvePlot.Save(
        stream, "Learning the kinematics of a robot arm", "root mean squared error, m", epochs, Math.Sqrt,
        [
            .. results.Select(r => new ReferenceLine($"{r.Name}, test", r.Metrics.RootMeanSquaredError)),
            new ReferenceLine("sensor noise", Arm.NoiseStandardDeviation),
        ]);

    /// <summary>Whether a model takes an arm's angles: one that this made, and so may replace.</summary>
    private static bool IsOfArm(string path)
    {
        try
        {
            _ = new MLContext().Model.Load(path, out var input);
            return input.GetColumnOrNull(nameof(ArmReading.Angles)) is not null;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
