using System.Diagnostics;
using System.Text.Json;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Child;

/// <summary>Fits in a process of its own, whose memory can be told from that of the report.</summary>
internal static class ChildProcess
{
    public const string Command = "child-fit";

    /// <summary>In the parent: starts the child and waits for it.</summary>
    public static FitMeasurement Run(FitRequest request)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        // Started as `dotnet Alice.ML.Benchmarks.dll`, the process is dotnet.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        start.ArgumentList.Add(Command);
        start.ArgumentList.Add(JsonSerializer.Serialize(request));
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonSerializer.Deserialize<FitMeasurement>(output)!
            : throw new InvalidOperationException($"The child process ended with exit code {process.ExitCode}.");
    }

    /// <summary>In the child: fits, and prints what it measured.</summary>
    public static void Serve(string request)
    {
        var fit = JsonSerializer.Deserialize<FitRequest>(request)!;
        var workingSets = new long[fit.Fits];
        for (var i = 0; i < fit.Fits; i++)
        {
            Fit(fit);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            workingSets[i] = Environment.WorkingSet;
        }
        using var self = Process.GetCurrentProcess();
        Console.WriteLine(JsonSerializer.Serialize(new FitMeasurement(self.PeakWorkingSet64, workingSets)));
    }

    private static void Fit(FitRequest request)
    {
        var ml = new MLContext(1);
        var table = new SyntheticTable(request.Rows, request.LayerSizes[0]);
        ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            HiddenLayers = request.LayerSizes[1..^1],
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            NumberOfEpochs = 1,
            Device = "cpu",
        }).Fit(request.KnowsRows ? table.View(ml) : table.Stream(ml));
    }
}
