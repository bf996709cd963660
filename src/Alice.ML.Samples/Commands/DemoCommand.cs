using System.CommandLine;
using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Alice.ML.Samples.Data;
using Alice.ML.Samples.Files;
using Alice.ML.Samples.Modelling;
using Alice.ML.Samples.Reporting;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Trainers.LightGbm;

namespace Alice.ML.Samples.Commands;

/// <summary>'alice' alone: three trainers learn the distance of a simulated robot arm's hand from a point.</summary>
internal sealed class DemoCommand
{
    /// <summary>The share of the readings that test.</summary>
    public const double TestShare = 0.25;

    /// <summary>What is said where LightGBM is left out.</summary>
    internal static readonly string NoLightGbm = $"LightGBM is left out: its native library does not load here. Its package brings it "
        + $"for x64 alone (this is {RuntimeInformation.RuntimeIdentifier}), where it also needs OpenMP (libgomp1, or libomp on macOS).";

    // An entry of the .zip that says that the demo made it, and so may replace it.
    private const string DemoEntry = "alice-demo.txt";
    private const int ShownPredictions = 4;
    private const string Label = nameof(ArmReading.Distance);
    private const string Features = nameof(ArmReading.Angles);

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

    private readonly NetworkOptions _network;
    private readonly Option<bool> _verbose;

    private DemoCommand(Command command, Option<bool> verbose)
    {
        _verbose = verbose;
        foreach (var option in new Option[] { _rows, _save, _plot })
            command.Options.Add(option);
        _network = new NetworkOptions(command);
        Validate.AtLeast(_rows, 20);
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), cancellation));
    }

    /// <summary>Makes the simulation what a command does.</summary>
    public static void Configure(Command command, Option<bool> verbose) => _ = new DemoCommand(command, verbose);

    private int Run(ParseResult parsed, CancellationToken cancellation)
    {
        var terminal = new Terminal(parsed);
        var settings = _network.Read(parsed);
        var (modelPath, plotPath) = (parsed.GetRequiredValue(_save), parsed.GetRequiredValue(_plot));
        var files = new OutputFiles(terminal, [], [(_save.Name, modelPath), (_plot.Name, plotPath)]);
        if (parsed.GetResult(_save) is null or { Implicit: true } && File.Exists(modelPath) && !IsOfDemo(modelPath))
            throw new UserException($"{modelPath} exists and is not a model of the demo; name another file with --save");

        var ml = MlContexts.Create(settings.Seed, terminal, parsed.GetValue(_verbose));
        var readings = RobotArm.Simulate(parsed.GetValue(_rows), settings.Seed);
        var split = RowSplit.Random(readings.Length, TestShare, settings.Seed);
        ArmReading[] testReadings = [.. split.Test.Select(r => readings[r])];
        var train = ml.Data.LoadFromEnumerable(split.Train.Select(r => readings[r]).ToArray());
        var test = ml.Data.LoadFromEnumerable(testReadings);
        terminal.Out.WriteLine($"Robot arm with {RobotArm.Joints} joints: from their angles to the distance of the " +
            "hand from a point, in metres.");
        terminal.Out.WriteLine($"{split.Train.Length} readings train, {split.Test.Length} test. The sensor's noise " +
            $"has a standard deviation of {RobotArm.NoiseStandardDeviation} m: no model can have a smaller RMSE.");

        var (alice, epochs) = TrainAlice(ml, train, test, settings, terminal, cancellation);
        if (cancellation.IsCancellationRequested)
        {
            return Save(ml, alice.Model, train.Schema, files, modelPath)
                ? terminal.Cancelled(epochs.Count, modelPath)
                : throw new OperationCanceledException();
        }
        List<DemoResult> results = [alice];
        if (HasLightGbm())
            results.Add(Train(ml, "LightGBM", ml.Regression.Trainers.LightGbm(Label, Features), train, test));
        else
            terminal.Note(NoLightGbm);
        results.Add(Train(ml, "linear regression (SDCA)", ml.Transforms.NormalizeMeanVariance(Features)
            .Append(ml.Regression.Trainers.Sdca(Label, Features)), train, test));
        cancellation.ThrowIfCancellationRequested();
        DemoReport.WriteTable(terminal.OutConsole, results);

        var isSaved = Save(ml, alice.Model, train.Schema, files, modelPath);
        var isDrawn = files.Write(plotPath, stream => LearningCurvePlot.Save(
            stream, "Learning the kinematics of a robot arm", "root mean squared error, m", epochs, Math.Sqrt,
        [
            .. results.Select(r => new ReferenceLine($"{r.Name}, test", r.Metrics.RootMeanSquaredError)),
            new ReferenceLine("sensor noise", RobotArm.NoiseStandardDeviation),
        ]));
        if (!PictureStyle.HasFonts)
            terminal.Note(PictureStyle.NoFonts);
        if (isSaved && isDrawn)
            terminal.Out.WriteLine($"Saved: {modelPath} (the model), {plotPath} (the learning curve).");
        if (isSaved)
            ShowReloaded(terminal, modelPath, testReadings);
        return files.ExitCode;
    }

    /// <summary>Whether LightGBM's native library is here and loads.</summary>
    internal static bool HasLightGbm() =>
        NativeLibrary.TryLoad("lib_lightgbm", typeof(LightGbmRegressionTrainer).Assembly, null, out _);

    private static bool Save(MLContext ml, ITransformer model, DataViewSchema input, OutputFiles files, string path) =>
        files.Write(path, stream =>
        {
            ml.Model.Save(model, input, stream);
            using var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true);
            zip.CreateEntry(DemoEntry);
        });

    private static bool IsOfDemo(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            return zip.GetEntry(DemoEntry) is not null;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static (DemoResult Result, IReadOnlyList<AliceEpoch> Epochs) TrainAlice(MLContext ml, IDataView train,
        IDataView test, NetworkSettings settings, Terminal terminal, CancellationToken cancellation) =>
        TrainingProgress.Run(terminal, "Alice", progress =>
        {
            var options = new AliceRegressionTrainer.Options();
            settings.Apply(options, Label, Features, progress, cancellation);
            return Train(ml, "Alice", ml.Regression.Trainers.Alice(options), train, test);
        });

    private static DemoResult Train(
        MLContext ml, string name, IEstimator<ITransformer> trainer, IDataView train, IDataView test)
    {
        var stopwatch = Stopwatch.StartNew();
        var model = trainer.Fit(train);
        var seconds = stopwatch.Elapsed.TotalSeconds;
        var metrics = ml.Regression.Evaluate(model.Transform(test), Label);
        return new DemoResult(name, model, metrics, seconds);
    }

    /// <summary>The file alone is enough: a new context reads it and predicts.</summary>
    private static void ShowReloaded(Terminal terminal, string path, ArmReading[] readings)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(path, out _);
        using var engine = ml.Model.CreatePredictionEngine<ArmReading, ArmPrediction>(model);
        terminal.Out.WriteLine($"Loaded {path} again; its predictions for the first test readings:");
        foreach (var reading in readings.Take(ShownPredictions))
            terminal.Out.WriteLine($"  measured {reading.Distance:F3} m, predicted " +
                $"{engine.Predict(reading).Score:F3} m");
    }

    private sealed class ArmPrediction
    {
        public float Score { get; set; }
    }
}
