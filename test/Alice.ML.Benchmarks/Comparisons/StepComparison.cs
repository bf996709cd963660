using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Trainers;
using Microsoft.ML;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Our training step beside that of a hand-written Adam loop.</summary>
internal sealed class StepComparison : IComparison
{
    private sealed record Case(int[] LayerSizes, int BatchSize, int StepsPerEpoch, int Epochs, double Limit);

    private static readonly Case[] Cases =
    [
        new([16, 64, 64, 1], 128, 200, 4, 0.85),
        new([64, 256, 256, 1], 512, 30, 2, 1.5),
    ];

    public string Name => "step";

    public string Title => "A training step";

    public string Explanation =>
        "Mean seconds a step over whole epochs of the real trainer (reading the data and the first epoch left out; "
        + "QuickSteps = 3, so 1.5 gradient evaluations a step), beside a loop written by hand with TorchSharp: "
        + "Sequential, autograd, torch.optim.Adam, index_select batches, a dispose scope per step. Same network, batch "
        + "size, data and threads; 'default' leaves the number of threads to each side: the trainer's own choice, "
        + "and libtorch's.";

    public Headings Headings => new("Alice", "Adam loop", "Alice / Adam");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        foreach (var test in Cases)
            foreach (var threads in new int?[] { 1, null })
                yield return Run(test, threads, settings);
    }

    private static Result Run(Case test, int? threads, ReportSettings settings)
    {
        using var threadCount = new TorchThreads(threads);
        var ml = new MLContext(1);
        var table = new SyntheticTable(test.BatchSize * test.StepsPerEpoch, test.LayerSizes[0]);
        var data = ml.Data.Cache(table.View(ml));
        var options = new AliceRegressionTrainer.Options
        {
            HiddenLayers = test.LayerSizes[1..^1],
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            BatchSize = test.BatchSize,
            NumberOfThreads = threads,
            Device = "cpu",
        };
        var (features, labels) = table.ToArrays();
        using var generator = new Generator(1UL);
        using var adam = new AdamLoop(
            test.LayerSizes, features, labels, test.BatchSize, generator, parameters => new TorchAdam(parameters));

        var times = Alternating.Measure(
            settings.Rounds,
            () => AliceEpochs.Seconds(ml, data, options, test.Epochs).Sum(),
            () => Alternating.Seconds(Alternating.Repeat(test.Epochs, () => adam.RunEpoch(_ => 1e-3))));
        var name = $"{string.Join('-', test.LayerSizes)}, batch {test.BatchSize}, "
            + (threads is null ? $"default threads ({get_num_threads()})" : $"{threads} thread");
        return times.Row(name, test.Limit, count: test.StepsPerEpoch * test.Epochs);
    }
}
