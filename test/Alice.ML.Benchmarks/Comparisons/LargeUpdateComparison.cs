using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using Alice.ML.Optimization.Runtime;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>The update of a large network, in memory bandwidth.</summary>
internal sealed class LargeUpdateComparison : IComparison
{
    private const int Parameters = 10_000_000;
    private const double LeastShare = 0.6;

    public string Name => "update-large";

    public string Title => "Update of 10 million parameters";

    public string Explanation =>
        "The kernels of the Alice update on 10 million parameters, beside libtorch's copy_ from one contiguous tensor "
        + "to another of as many bytes in all, on the same number of threads. Bandwidth = (bytes read + bytes written) "
        + "/ seconds, for both: a kernel counts every array that it reads and every array that it writes (quick Move 6 "
        + "+ 4, sample Move 8 + 4, Perturb 2 + 2, MeasureCurvature 5 + 2, Fill 0 + 1), the copy its source and its "
        + "destination. The ratio is ours / copy.";

    public Headings Headings => new("Alice", "copy", "Alice / copy");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        foreach (var threads in new int?[] { 1, null })
            foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
            {
                using var threadCount = new TorchThreads(threads);
                foreach (var result in Run(settings, dtype, $"{dtype}, {get_num_threads()} thread(s)"))
                    yield return result;
                if (get_num_threads() == 1 && threads is null)
                    yield break;
            }
    }

    private static IEnumerable<Result> Run(ReportSettings settings, ScalarType dtype, string suffix)
    {
        using var subject = new UpdateSubject(Parameters, dtype);
        foreach (var (name, action, arrays, hasBar) in new (string, Action, int, bool)[]
        {
            ("quick Move", subject.QuickMove, UpdateSubject.QuickMoveArrays, true),
            ("sample Move", subject.SampleMove, UpdateSubject.SampleMoveArrays, true),
            ("Perturb", subject.Perturb, UpdateSubject.PerturbArrays, true),
            ("MeasureCurvature", subject.MeasureCurvature, UpdateSubject.CurvatureArrays, true),
            ("Fill", subject.Fill, UpdateSubject.FillArrays, false),
        })
        {
            using var source = ones((long)Parameters * arrays / 2, dtype: dtype);
            using var destination = empty_like(source);
            var times = Alternating.Time(settings.LongRounds, () => destination.copy_(source), action);
            var bytes = (double)Parameters * arrays * source.element_size();
            yield return new Result(
                $"{name}, {suffix}", Figures.Bandwidth(bytes / times.Median(1)),
                Figures.Bandwidth(bytes / times.Median(0)),
                times.RatioText(0, 1), hasBar ? Bar.AtLeast(LeastShare, times.Ratio(0, 1)) : null);
        }
    }
}
