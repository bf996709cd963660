using System.CommandLine;
using System.Diagnostics;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Scale;

/// <summary>What docs/scale.md measures: rows in a file beside rows in memory, and how quickly sources are
/// read.</summary>
internal static class ScaleCommand
{
    private const long InMemory = long.MaxValue;

    public static Command Create()
    {
        var rows = new Option<int>("--rows") { DefaultValueFactory = _ => 1_000_000 };
        var columns = new Option<int>("--columns") { DefaultValueFactory = _ => 20 };
        var memory = new Option<long?>("--memory") { Description = "MaximumMemory, in bytes. Default: the trainer's." };
        var epochs = new Option<int>("--epochs") { DefaultValueFactory = _ => 1 };
        var folder = new Option<string?>("--folder") { Description = "TemporaryFolder. Default: the trainer's." };
        var stream = new Option<bool>(
            "--stream")
        { Description = "The trainer does not know how many rows there are." };
        var data = new Option<string?>("--data") { Description = "Folder of taxi-fare. Default: synthetic rows." };
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 3 };

        var fit = new Command("fit", "One fit of 64-64 units on rows that are made as they are read.")
            { rows, columns, memory, epochs, folder, stream };
        fit.SetAction(p => Fit(p.GetValue(rows), p.GetValue(columns), p.GetValue(memory), p.GetValue(epochs),
            p.GetValue(folder), p.GetValue(stream)));
        var throughput = new Command("throughput", "Epochs from a file and from memory, in turn.")
            { rows, columns, rounds, folder };
        throughput.SetAction(p => Throughput(p.GetValue(rows), p.GetValue(columns), p.GetValue(rounds),
            p.GetValue(folder)));
        var quality = new Command("quality", "Test errors of a network after 5 epochs, from a file and from memory.")
            { data, rounds };
        quality.SetAction(p => Quality(p.GetValue(data), p.GetValue(rounds)));
        var sources = new Command("sources", "Seconds to read a table from Parquet, DuckDB, CSV and more.")
            { rows, columns, rounds };
        sources.SetAction(p => Sources(p.GetValue(rows), p.GetValue(columns), p.GetValue(rounds)));
        var growth = new Command(
            "growth", "The same fit, one epoch, of 10⁵, 10⁶, 10⁷ and 4·10⁷ rows, each in a process.")
            { columns, memory, folder };
        growth.SetAction(p => Growth(p.GetValue(columns), p.GetValue(memory) ?? 1L << 30, p.GetValue(folder)));
        return new Command("scale", "Rows that need not fit into memory.") { fit, growth, throughput, quality,
            sources };
    }

    private static AliceTrainingSummary Train(
        int rows, int columns, long? memory, int epochs, string? folder, bool isStream)
    {
        var ml = new MLContext(1);
        var table = new SyntheticTable(rows, columns);
        return ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
        {
            HiddenLayers = [64, 64],
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            NumberOfEpochs = epochs,
            Device = "cpu",
            MaximumMemory = memory,
            TemporaryFolder = folder,
        }).Fit(isStream ? table.Stream(ml) : table.View(ml)).Model.TrainingSummary!;
    }

    private static void Fit(int rows, int columns, long? memory, int epochs, string? folder, bool isStream)
    {
        var watch = Stopwatch.StartNew();
        var summary = Train(rows, columns, memory, epochs, folder, isStream);
        using var self = Process.GetCurrentProcess();
        Console.WriteLine($"{summary.TrainingRows:N0} rows × {columns}, {summary.Epochs.Count} epochs: "
            + $"{watch.Elapsed.TotalSeconds:F1} s, processor {self.TotalProcessorTime.TotalSeconds:F1} s, "
            + $"peak {self.PeakWorkingSet64 / 1e6:N0} MB, loss {summary.Epochs[^1].TrainingLoss:g4}");
    }

    private static void Growth(int columns, long memory, string? folder)
    {
        foreach (var rows in new[] { 100_000, 1_000_000, 10_000_000, 40_000_000 })
        {
            string[] arguments = ["scale", "fit", "--rows", $"{rows}", "--columns", $"{columns}", "--memory",
                $"{memory}",
                .. folder is null ? [] : new[] { "--folder", folder }];
            using var child = Process.Start(Environment.ProcessPath!, arguments);
            child.WaitForExit();
            if (child.ExitCode != 0)
                throw new InvalidOperationException($"{rows:N0} rows ended with exit code {child.ExitCode}.");
        }
    }

    private static void Throughput(int rows, int columns, int rounds, string? folder)
    {
        var (memory, file) = (double.PositiveInfinity, double.PositiveInfinity);
        for (var round = 0; round < rounds; round++)
        {
            memory = Math.Min(memory, SecondsOfEpoch(InMemory));
            file = Math.Min(file, SecondsOfEpoch(64L << 20));
        }
        Console.WriteLine($"{rows:N0} rows × {columns}: an epoch takes {memory:F2} s in memory, {file:F2} s from a "
            + $"file: {memory / file:F2} of the throughput (least of {rounds})");

        double SecondsOfEpoch(long bytes)
        {
            var epochs = Train(rows, columns, bytes, 3, folder, isStream: false).Epochs;
            return Math.Min(epochs[2].Seconds - epochs[1].Seconds, epochs[1].Seconds - epochs[0].Seconds);
        }
    }

    private static void Quality(string? folder, int rounds)
    {
        var ml = new MLContext(1);
        var taxi = TaxiFare.Load(ml, folder);
        Compare(taxi.Source, taxi.Train, taxi.Test);
        // Sorted by its label, which a window must not show.
        Compare("noisy sines, 200,000 rows sorted by label", Sines(200_000, 1).OrderBy(row => row.Label),
            Sines(20_000, 2));

        void Compare(string name, object train, object test)
        {
            var (fit, score) = (View(train), View(test));
            var errors = new[] { InMemory, 1_000_000 }.Select(memory => Enumerable.Range(1, rounds).Select(seed =>
            {
                var model = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
                {
                    Seed = seed,
                    Device = "cpu",
                    NumberOfNetworks = 1,
                    NumericEncoding = NumericEncoding.PiecewiseLinear,
                    WeightDecay = 0,
                    NumberOfEpochs = 5,
                    MaximumMemory = memory,
                }).Fit(fit);
                return ml.Regression.Evaluate(model.Transform(score)).RootMeanSquaredError;
            }).ToArray()).ToArray();
            Console.WriteLine($"{name}: test RMSE in memory {Text(errors[0])}, from a file {Text(errors[1])}");
        }

        IDataView View(object rows) => rows as IDataView
            ?? ml.Data.LoadFromEnumerable(((IEnumerable<TableRow>)rows).ToList(), SyntheticTable.Schema(4));

        string Text(double[] errors) => $"{errors.Average():g5} ± "
            + $"{Math.Sqrt(errors.Sum(e => Math.Pow(e - errors.Average(), 2)) / (rounds - 1) / rounds):g2}";
    }

    private static IEnumerable<TableRow> Sines(int rows, int seed)
    {
        var random = new Random(seed);
        for (var row = 0; row < rows; row++)
        {
            float[] x = [.. Enumerable.Range(0, 4).Select(_ => random.NextSingle())];
            var noise = Enumerable.Range(0, 12).Sum(_ => random.NextSingle()) - 6;
            yield return new()
            {
                Features = x,
                Label = MathF.Sin(6 * x[0]) + 2 * x[1] * x[2] + MathF.Abs(x[3] - 0.5f) + 0.5f * noise,
            };
        }
    }

    private static void Sources(int rows, int columns, int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("alice-sources-").FullName;
        try
        {
            new SourceSpeeds(rows, columns, folder).Print(rounds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
