using Alice.ML.Benchmarks.Child;
using Alice.ML.Benchmarks.Report;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>Whether a process grows when it fits again and again.</summary>
internal sealed class RepeatedFitsComparison : IComparison
{
    private const int Fits = 50;
    private const int Compared = 10;
    private const double Tolerance = 10e6;

    public string Name => "growth-of-memory";

    public string Title => "Memory over 50 fits";

    public string Explanation =>
        "Working set of a process after each of 50 fits (20,000 rows, 20-64-64-1, one epoch), garbage collected: the "
        + "median of the last ten fits beside the median of the second ten. 'No growth' is a difference of 10 MB at "
        + "most, 0.3 MB a fit.";

    public Headings Headings => new("fits 41–50", "fits 11–20", "difference");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        var bytes = ChildProcess.Run(new FitRequest(20_000, [20, 64, 64, 1], KnowsRows: true, Fits)).WorkingSets
            .Select(value => (double)value).ToArray();
        var early = Figures.Median(bytes[Compared..(2 * Compared)]);
        var late = Figures.Median(bytes[^Compared..]);
        yield return new Result(
            $"{Fits} fits", Figures.Bytes(late), Figures.Bytes(early), $"{Figures.Number((late - early) / 1e6)} MB",
            Bar.AtMost(Tolerance, late - early, Figures.Bytes(Tolerance)));
    }
}
