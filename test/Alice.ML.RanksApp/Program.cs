using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Alice.ML.Mpi;
using Alice.ML.Optimization;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using static TorchSharp.torch;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using var ranks = MpiCommunicator.World();
try
{
    return args switch
    {
        ["fit", .. var rest] => Fit(rest.Contains("race"), null),
        ["replicated"] => Replicated(400, 3, Effort.Quick),
        ["replicated", var rows, var networks] => Replicated(int.Parse(rows), int.Parse(networks), Effort.Default),
        ["killed"] => Fit(false, epoch => Kill()),
        ["fails"] => Fit(false, epoch => Throw()),
        ["null"] => Null(),
        ["doubles"] => Doubles(),
        ["sums"] => Sums(),
        ["steps", var units] => Steps(int.Parse(units)),
        _ => throw new ArgumentException(
            "fit [race] | replicated [ROWS NETWORKS] | killed | fails | null | doubles | sums | steps UNITS"),
    };
}
catch (Exception e)
{
    ranks.Fail(e.Message);
    Console.Error.WriteLine($"rank {ranks.Rank}: {e.Message}");
    return 1;
}

// Trains on parts of different sizes, and tells what scores come out.
int Fit(bool races, Action<AliceEpoch>? onRank1)
{
    Row[] all = Row.Make(240);
    var whole = (1 << ranks.Size) - 1;
    var (from, to) = ((1 << ranks.Rank) - 1, (2 << ranks.Rank) - 1);
    var ml = new MLContext(1);
    var options = new AliceRegressionTrainer.Options
    {
        Communicator = ranks,
        NumberOfNetworks = 2,
        Progress = ranks.Rank == 1 && onRank1 is not null ? new Watch(onRank1) : null,
    };
    if (races)
        (options.Effort, options.NumberOfEpochs) = (Effort.Quick, 20);
    else
    {
        (options.HiddenLayers, options.WeightDecay, options.NumericEncoding) = ([16], 0, NumericEncoding.None);
        (options.BatchSize, options.NumberOfEpochs) = (all.Length, onRank1 is null ? 300 : 100_000);
    }
    var rows = ml.Data.LoadFromEnumerable(all[(from * all.Length / whole)..(to * all.Length / whole)]);
    var model = ml.Regression.Trainers.Alice(options).Fit(rows);
    return Tell(ml, model, all);
}

// Trains on all rows with its share of the networks.
int Replicated(int count, int networks, Effort effort)
{
    Row[] all = Row.Make(count);
    var ml = new MLContext(1);
    var watch = Stopwatch.StartNew();
    var model = ml.Regression.Trainers.Alice(new AliceRegressionTrainer.Options
    {
        Communicator = ranks,
        Replicated = true,
        NumberOfNetworks = networks,
        Effort = effort,
        NumberOfThreads = 1,
    }).Fit(ml.Data.LoadFromEnumerable(all));
    using var self = Process.GetCurrentProcess();
    Console.Error.WriteLine($"rank {ranks.Rank}, {ranks.Size} ranks, {count:N0} rows, {networks} networks: "
        + $"{watch.Elapsed.TotalSeconds:F1} s, processor {self.TotalProcessorTime.TotalSeconds:F1} s");
    return Tell(ml, model, all);
}

int Tell(MLContext ml, ITransformer model, Row[] all)
{
    var scores = model.Transform(ml.Data.LoadFromEnumerable(all)).GetColumn<float>("Score").ToArray();
    return TellValues(scores, 5);
}

int TellValues<T>(T[] values, int shown) where T : unmanaged
{
    var hash = Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<T>(values)));
    // One line a rank, in their order.
    foreach (var line in ranks.Gather(System.Text.Encoding.UTF8.GetBytes(
        $"rank {ranks.Rank} of {ranks.Size}: {hash} {string.Join(' ', values.Take(shown))}")))
        if (ranks.Rank == 0)
            Console.WriteLine(System.Text.Encoding.UTF8.GetString(line));
    return 0;
}

static void Throw()
{
    Console.Error.WriteLine($"throws at {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()} ms");
    throw new IOException("no space left on this machine");
}

static void Kill()
{
    Console.Error.WriteLine($"dies at {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()} ms");
    Process.GetCurrentProcess().Kill();
    Thread.Sleep(Timeout.Infinite);
}

// Exceptions of .NET that begin as signals still are exceptions beside MPI.
int Null()
{
    string? nothing = ranks.Size > 0 ? null : "";
    try
    {
        Console.WriteLine(nothing!.Length);
        return 1;
    }
    catch (NullReferenceException)
    {
        Console.WriteLine($"rank {ranks.Rank} of {ranks.Size}: caught");
        return 0;
    }
}

// The optimizer alone, on a float64 module: the closure sums its gradients over the ranks.
int Doubles()
{
    const int Steps = 300, Batch = 60;
    Row[] all = Row.Make(240);
    using var outer = NewDisposeScope();
    using var module = nn.Sequential(
        nn.Linear(16, 8, dtype: ScalarType.Float64), nn.Tanh(), nn.Linear(8, 1, dtype: ScalarType.Float64));
    var random = new Random(1);
    foreach (var parameter in module.parameters())
        using (no_grad())
            parameter.copy_(
                tensor([.. Enumerable.Range(0, (int)parameter.numel()).Select(_ => random.NextDouble() - 0.5)])
                .view(parameter.shape));
    using var optimizer = new AliceOptimizer(module, AliceOptimizerOptions.Tabular);
    // Each rank has its part of every minibatch, twice as many rows for each next rank.
    var whole = (1 << ranks.Size) - 1;
    var (from, to) = (((1 << ranks.Rank) - 1) * Batch / whole, ((2 << ranks.Rank) - 1) * Batch / whole);
    using var share = tensor(1.0 / Batch);
    for (var step = 0; step < Steps; step++)
    {
        using var scope = NewDisposeScope();
        var first = step * Batch % all.Length;
        Row[] own = all[(first + from)..(first + to)];
        var features = tensor([.. own.SelectMany(row => row.Features.Select(value => (double)value))]).view(-1, 16);
        var labels = tensor([.. own.Select(row => (double)row.Label)]).view(-1, 1);
        optimizer.step(() =>
        {
            optimizer.zero_grad();
            var error = module.forward(features) - labels;
            var loss = (error * error).sum() * share;
            loss.backward();
            double[] values =
                [loss.item<double>(), .. module.parameters().SelectMany(p => p.grad!.data<double>().ToArray())];
            ranks.Sum(values);
            var at = 1;
            foreach (var parameter in module.parameters())
            {
                using var noGradient = no_grad();
                parameter.grad!.copy_(tensor(values[at..(at += (int)parameter.numel())]).view(parameter.shape));
            }
            return tensor(values[0]);
        });
    }
    double[] weights = [.. module.parameters().SelectMany(parameter => parameter.data<double>().ToArray())];
    return TellValues(weights, weights.Length);
}

// What the exchange of a step takes by itself.
int Sums()
{
    foreach (var count in new[] { 5_313, 1_000_000 })
    {
        var values = new float[count];
        var times = count < 100_000 ? 2000 : 100;
        var best = double.PositiveInfinity;
        for (var round = 0; round < 5; round++)
        {
            ranks.Sum(values);
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < times; i++)
                ranks.Sum(values);
            best = Math.Min(best, watch.Elapsed.TotalMicroseconds / times);
        }
        if (ranks.Rank == 0)
            Console.WriteLine($"{ranks.Size} ranks, {count:N0} floats: {best:F1} µs");
    }
    return 0;
}

// Steps of one network with two hidden layers, 1,024 rows a minibatch.
int Steps(int units)
{
    Row[] all = Row.Make(8192);
    Row[] own = all[(ranks.Rank * all.Length / ranks.Size)..((ranks.Rank + 1) * all.Length / ranks.Size)];
    var ml = new MLContext(1);
    const int Epochs = 20;
    using var timed = new TimedSums(ranks);
    var (times, sums) = (new List<double>(), new List<double>());
    var options = new AliceRegressionTrainer.Options
    {
        Communicator = timed,
        NumberOfNetworks = 1,
        HiddenLayers = [units, units],
        WeightDecay = 0,
        NumericEncoding = NumericEncoding.None,
        BatchSize = 1024,
        NumberOfEpochs = Epochs,
        NumberOfThreads = 1,
        Device = "cpu",
        Progress = new Watch(epoch =>
        {
            times.Add(epoch.Seconds);
            sums.Add(timed.Seconds);
        }),
    };
    var model = ml.Regression.Trainers.Alice(options).Fit(ml.Data.LoadFromEnumerable(own)).Model;
    if (ranks.Rank == 0)
        Console.WriteLine($"{ranks.Size} ranks, "
            + $"{model.Networks[0].Layers.Sum(layer => layer.Weights.Length + layer.Biases.Length):N0} parameters: "
            + $"{PerStep(times):F0} µs a step, {PerStep(sums):F0} µs of it in the sum");
    return 0;

    // The lower quartile of the epochs, of eight steps each.
    static double PerStep(List<double> seconds) =>
        seconds.Zip(seconds.Skip(1), (before, after) => after - before).Order().ElementAt(seconds.Count / 4) / 8 * 1e6;
}

internal sealed class Watch(Action<AliceEpoch> action) : IProgress<AliceProgress>
{
    public void Report(AliceProgress value)
    {
        if (value.Epoch is { Epoch: >= 3 } epoch)
            action(epoch);
    }
}

/// <summary>Measures how long this rank waits for sums.</summary>
internal sealed class TimedSums(Communicator ranks) : Communicator
{
    private readonly Stopwatch _watch = new();

    public double Seconds => _watch.Elapsed.TotalSeconds;

    public override int Rank => ranks.Rank;

    public override int Size => ranks.Size;

    public override void Sum(Span<float> values)
    {
        _watch.Start();
        ranks.Sum(values);
        _watch.Stop();
    }

    public override void Sum(Span<double> values) => ranks.Sum(values);

    public override byte[][] Gather(ReadOnlySpan<byte> own) => ranks.Gather(own);

    public override void Broadcast(Span<byte> values) => ranks.Broadcast(values);

    public override void Fail(string reason) => ranks.Fail(reason);
}

internal sealed class Row
{
    public float Label { get; set; }

    [VectorType(16)]
    public float[] Features { get; set; } = [];

    public static Row[] Make(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var x = Enumerable.Range(0, 16).Select(_ => random.NextSingle() * 2 - 1).ToArray();
            return new Row { Features = x, Label = 3 * x[0] - 2 * MathF.Abs(x[1]) + x[2] * x[3] };
        })];
    }
}
