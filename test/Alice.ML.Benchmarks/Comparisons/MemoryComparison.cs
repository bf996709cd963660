using Alice.ML.Benchmarks.Child;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Models.Networks;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Peak working set of one fit, in a process of its own.</summary>
internal sealed class MemoryComparison : IComparison
{
    private const double LibTorchBytes = 400e6;
    private const int ValuesPerParameter = 12;

    private static readonly FitRequest[] Cases =
    [
        new(Rows: 1_000_000, [20, 64, 64, 1], KnowsRows: true),
        new(Rows: 1_000_000, [20, 64, 64, 1], KnowsRows: false),
        new(Rows: 4000, [64, 2048, 2048, 1], KnowsRows: true),
    ];

    public string Name => "memory";

    public string Title => "Memory of a fit";

    public string Explanation =>
        "Peak working set of a process that does nothing but one fit (one epoch), beside data buffer + 12 × parameters "
        + "× 4 bytes + 400 MB for libtorch and .NET. The data buffer is rows × (features + 1) × 4 bytes; the rows "
        + "come from an enumerable that holds a thousand, so the data takes nothing else.";

    public Headings Headings => new("peak working set", "allowed", "peak / allowed");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        foreach (var fit in Cases)
        {
            var peak = (double)ChildProcess.Run(fit with { Fits = 1 }).PeakBytes;
            var allowed = (double)fit.Rows * (fit.LayerSizes[0] + 1) * sizeof(float)
                + (double)ValuesPerParameter * DenseNetwork.WeightCount(fit.LayerSizes) * sizeof(float) + LibTorchBytes;
            yield return new Result(
                $"{fit.Rows:N0} rows ({(fit.KnowsRows ? "number known" : "number unknown")}), "
                + $"{string.Join('-', fit.LayerSizes)}",
                Figures.Bytes(peak), Figures.Bytes(allowed), Figures.Number(peak / allowed),
                Bar.AtMost(1, peak / allowed));
        }
    }
}
