using Alice.ML.Benchmarks.Report;
using Alice.ML.Benchmarks.Subjects;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Comparisons;

/// <summary>The update of a small network, in time.</summary>
internal sealed class SmallUpdateComparison : IComparison
{
    private const int Parameters = 5313;
    private const int Repetitions = 5000;
    private const double LongestMove = 3e-6;

    public string Name => "update-small";

    public string Title => "Update of a small network";

    public string Explanation =>
        "The kernels of the Alice update on the 5,313 parameters of 16-64-64-1, without gradients, on one thread; "
        + "beside TorchSharp's Adam.step() on the six tensors of the same network (float32). The bar is on our time "
        + "of a quick step.";

    public Headings Headings => new("Alice", "Adam.step()", "Alice / Adam");

    public IEnumerable<Result> Run(ReportSettings settings)
    {
        foreach (var dtype in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            using var subject = new UpdateSubject(Parameters, dtype);
            using var adam = new AdamStep(dtype);
            foreach (var (name, action, bar) in new (string, Action, bool)[]
            {
                ("quick step: Move", subject.QuickMove, dtype == ScalarType.Float32),
                ("sample step: Fill, Perturb, MeasureCurvature, Move", subject.WholeSample, false),
            })
            {
                var times = Alternating.Time(
                    settings.Rounds, Alternating.Repeat(Repetitions, action),
                    Alternating.Repeat(Repetitions / 50, adam.Step));
                var (ours, other) = (times.Median(0) / Repetitions, times.Median(1) / (Repetitions / 50));
                yield return new Result(
                    $"{name}, {dtype}", Figures.Time(ours), Figures.Time(other), Figures.Number(ours / other),
                    bar ? Bar.AtMost(LongestMove, ours, Figures.Time(LongestMove)) : null);
            }
        }
    }

    private sealed class AdamStep : IDisposable
    {
        private readonly TorchSharp.Modules.Sequential _model;
        private readonly TorchAdam _optimizer;

        public AdamStep(ScalarType dtype)
        {
            _model = nn.Sequential(
                nn.Linear(16, 64, dtype: dtype), nn.ReLU(), nn.Linear(64, 64, dtype: dtype), nn.ReLU(),
                nn.Linear(64, 1, dtype: dtype));
            _optimizer = new TorchAdam([.. _model.parameters()]);
            using var scope = NewDisposeScope();
            _model.forward(ones(1, 16, dtype: dtype)).sum().backward();
        }

        public void Step() => _optimizer.Step();

        public void Dispose()
        {
            _optimizer.Dispose();
            _model.Dispose();
        }
    }
}
