using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Optimization.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>One gradient evaluation by vector kernels beside the same by libtorch's tensors.</summary>
internal sealed class EvaluationComparison : IComparison
{
    // Operations of one side in a round: some milliseconds.
    private const double OperationsARound = 2e9;

    private sealed record Case(string Sizes, int Rows, double Limit = 1, bool IsBinned = false, bool IsLong = false,
        int Slots = 0, int Levels = 1);

    private static readonly Case[] Cases =
    [
        new("4-16-1", 16),
        new("4-16-1", 128),
        new("8-64-64-1", 64, 0.25),
        new("8-64-64-1", 64, IsBinned: true),
        new("16-64-64-1", 128, 0.35),
        new("64-64-64-1", 256),
        new("4-64-64-1", 64, Slots: 42, Levels: 3),
        new("19-64-64-1", 64, Slots: 102, Levels: 102),
        new("19-64-64-1", 64, IsBinned: true, Slots: 102, Levels: 102),
        new("7-64-64-1", 64, Slots: 400, Levels: 200),
        new("64-128-128-10", 256, 0.7),
        new("64-256-256-1", 512),
        new("256-512-512-1", 256, IsLong: true),
        new("512-512-512-1", 128, IsLong: true),
        new("512-512-512-1", 1024, IsLong: true),
    ];

    public string Name => "evaluation";

    public string Title => "A gradient evaluation";

    public string Explanation =>
        "Loss and gradient of one minibatch (ReLU; squared error, or softmax for ten outputs) by the vector kernels, "
        + "on one thread, beside the same by libtorch's products, whose threads the row names. GFLOP/s count the "
        + "matrix products of the dense network. 'bins' are 48 bins a column; one-hot slots come beside the "
        + "columns. Run again with DOTNET_EnableAVX512=0 for vectors of 256 bits.";

    public Headings Headings => new("Kernels", "Tensors", "Kernels / tensors");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        foreach (var test in Cases.Where(test => !settings.Quick || !test.IsLong))
            foreach (var threads in test.IsLong ? new int?[] { 1, null } : [1])
                yield return Run(test, threads, settings);
    }

    private static Result Run(Case test, int? threads, ReportSettings settings)
    {
        using var limit = new TorchThreads(threads);
        int[] sizes = [.. test.Sizes.Split('-').Select(int.Parse)];
        using var subject = new EvaluationSubject(
            sizes[0], sizes[1..], test.Rows, test.IsBinned, test.Slots, test.Levels);
        var repetitions = (int)Math.Clamp(OperationsARound / subject.Operations, 1, 2000);
        var times = Alternating.Time(
            settings.Rounds, Alternating.Repeat(repetitions, subject.WithKernels),
            Alternating.Repeat(repetitions, subject.WithTensors));
        var rate = subject.Operations * repetitions / times.Median(0) / 1e9;
        var name =
            $"{test.Sizes}{(test.IsBinned ? " with bins" : "")}"
            + $"{(test.Slots > 0 ? $", {test.Slots} one-hot slots, {test.Levels} a column" : "")}, {test.Rows} rows, "
            + (threads is null ? $"{get_num_threads()} threads of libtorch" : "1 thread");
        var row = times.Row(name, test.Limit, repetitions);
        return test.IsBinned ? row : row with { Ours = $"{row.Ours} ({rate:f0} GFLOP/s)" };
    }
}
