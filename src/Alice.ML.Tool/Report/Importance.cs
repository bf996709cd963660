namespace Alice.ML.Tool.Report;

/// <summary>How much the error grows when the values of a factor are shuffled among the rows (Breiman 2001).</summary>
/// <param name="Factor">What was shuffled.</param>
/// <param name="Mean">The growth, the mean over the shuffles.</param>
/// <param name="Deviation">Its standard deviation over the shuffles.</param>
internal sealed record Importance(Factor Factor, double Mean, double Deviation)
{
    /// <summary>How often each factor is shuffled.</summary>
    public const int Shuffles = 5;

    // Rows scored in all: some seconds.
    private const int Work = 400_000;
    private const int FewestRows = 100;

    /// <summary>Rows that are shuffled.</summary>
    public static int RowsOf(Subject subject) => Math.Min(subject.Sample.Count,
        Math.Max(FewestRows, Work / (Shuffles * Math.Max(1, subject.Factors.Count))));

    /// <summary>The importance of every factor, the largest first.</summary>
    public static IReadOnlyList<Importance> Measure(Subject subject)
    {
        var loss = RowLoss.Of(subject);
        var count = RowsOf(subject);
        int[] rows = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * subject.Sample.Count / count))];
        var (allLabels, allOutputs) = subject.Sampled;
        float[] labels = [.. rows.Select(r => allLabels[r])];
        var before = loss.Error(labels, [.. rows.Select(r => allOutputs[r])]);
        var found = new Importance[subject.Factors.Count];
        Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = subject.Options.CancellationToken },
            i => found[i] = MeasureOne(subject, i, rows, outputs => loss.Error(labels, outputs) - before));
        return [.. found.OrderByDescending(f => f.Mean)];
    }

    private static Importance MeasureOne(Subject subject, int index, int[] rows, Func<float[][], double> growth)
    {
        var factor = subject.Factors[index];
        var random = new Random(unchecked(subject.Options.Seed * 7919 + index));
        var growths = new double[Shuffles];
        for (var s = 0; s < Shuffles; s++)
        {
            int[] source = [.. rows];
            random.Shuffle(source);
            growths[s] = growth(subject.Task.Predict(subject.Model, subject.Sample.With(rows, factor, source)));
        }
        var mean = growths.Average();
        return new Importance(factor, mean, Math.Sqrt(growths.Sum(g => (g - mean) * (g - mean)) / (Shuffles - 1)));
    }
}
