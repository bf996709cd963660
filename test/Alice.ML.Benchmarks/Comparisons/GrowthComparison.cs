using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Models.Networks;
using Alice.ML.Trainers;
using Microsoft.ML;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>How the time of an epoch grows with the rows and with the parameters.</summary>
internal sealed class GrowthComparison : IComparison
{
    private const double SteepestSlope = 1.1;

    public string Name => "growth";

    public string Title => "Growth";

    public string Explanation =>
        "Seconds of an epoch of the real trainer on one thread: the median epoch of a fit, and of that the median of "
        + "five fits, the sizes of a series in turns. Rows: 8-32-1, batch 1,024. Parameters: 64-w-w-1 for growing w, "
        + "8,192 rows in batches of 512. The slope is that of the least-squares line through log(seconds) against "
        + "log(size): 1 is linear; below 1, fixed costs still count.";

    public Headings Headings => new("an epoch", "a row, or a parameter", "");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        int[] rows = settings.Quick ? [10_000, 100_000, 1_000_000] : [10_000, 100_000, 1_000_000, 10_000_000];
        int[] widths = settings.Quick ? [64, 128, 256, 512] : [64, 128, 256, 512, 1024];
        var networks = widths.Select(width => new[] { 64, width, width, 1 });
        return [
            .. Series("rows", settings,
                [.. rows.Select(r => new Size(r, r, [8, 32, 1], 1024, Math.Max(1, 200_000 / r)))]),
            .. Series("parameters", settings,
                [.. networks.Select(sizes => new Size(DenseNetwork.WeightCount(sizes), 8192, sizes, 512, 3))]),
        ];
    }

    private sealed record Size(int Value, int Rows, int[] LayerSizes, int BatchSize, int Epochs);

    private static IEnumerable<Result> Series(string what, ReportSettings settings, Size[] sizes)
    {
        var times = Alternating.Measure(
            settings.LongRounds, [.. sizes.Select(size => new Func<double>(() => EpochSeconds(size)))]);
        var seconds = sizes.Select((_, i) => times.Median(i)).ToArray();
        for (var i = 0; i < sizes.Length; i++)
            yield return new Result(
                $"{sizes[i].Value:N0} {what}", Figures.Time(seconds[i]), Figures.Time(seconds[i] / sizes[i].Value));
        var slope = Slope([.. sizes.Select(size => Math.Log(size.Value))],
            [.. seconds.Select(value => Math.Log(value))]);
        yield return new Result($"slope over {what}", Figures.Number(slope), Bar: Bar.AtMost(SteepestSlope, slope));
    }

    private static double EpochSeconds(Size size)
    {
        var ml = new MLContext(1);
        var options = new AliceRegressionTrainer.Options
        {
            HiddenLayers = size.LayerSizes[1..^1],
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            BatchSize = size.BatchSize,
            NumberOfThreads = 1,
            Device = "cpu",
        };
        var data = new SyntheticTable(size.Rows, size.LayerSizes[0]).View(ml);
        return Figures.Median(AliceEpochs.Seconds(ml, data, options, size.Epochs));
    }

    private static double Slope(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }
}
