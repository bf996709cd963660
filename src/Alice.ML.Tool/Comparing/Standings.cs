using TorchSharp;

namespace Alice.ML.Tool.Comparing;

/// <summary>The results of all optimizers of a comparison, and their ranking.</summary>
/// <param name="All">One result per optimizer.</param>
/// <param name="Runs">Every run, including those of the learning rate search.</param>
/// <param name="ErrorName">Name of the error.</param>
internal sealed record Standings(
    IReadOnlyList<Standing> All, IReadOnlyList<ComparisonResult> Runs, string ErrorName)
{
    /// <summary>Runs the comparison on one thread.</summary>
    /// <param name="contenders">The optimizers.</param>
    /// <param name="data">Training, validation and test rows.</param>
    /// <param name="settings">Settings shared by all runs.</param>
    /// <param name="seeds">Number of runs at each learning rate.</param>
    /// <param name="examined">Called after each optimizer.</param>
    /// <param name="cancellation">Cancels the comparison.</param>
    public static Standings Measure(IReadOnlyList<Contender> contenders, ComparisonData data,
        ComparisonSettings settings, int seeds, Action<Standing> examined, CancellationToken cancellation)
    {
        var runs = new List<ComparisonResult>();
        var comparison = new Comparison(seeds, (contender, rate, seed) =>
        {
            runs.Add(ComparisonRun.Run(contender, rate, seed, data, settings, cancellation));
            return runs[^1];
        });
        var threads = torch.get_num_threads();
        torch.set_num_threads(1); // two would wait for each other longer than such steps take
        try
        {
            var all = new List<Standing>();
            foreach (var contender in contenders)
            {
                all.Add(comparison.Examine(contender));
                examined(all[^1]);
            }
            return new(all, runs, data.ErrorName);
        }
        finally
        {
            torch.set_num_threads(threads);
        }
    }

    /// <summary>Median of the final validation errors.</summary>
    public double Target
    {
        get
        {
            double[] finals = [.. All.Select(s => s.Curve()[^1].ValidationError).Order()];
            return finals[finals.Length / 2];
        }
    }

    /// <summary>The first epoch whose error is at most <see cref="Target"/>. Null if there is none.</summary>
    public ComparisonEpoch? Reached(Standing standing) =>
        standing.Curve().FirstOrDefault(epoch => epoch.ValidationError <= Target);

    /// <summary>The optimizer with the lowest test error.</summary>
    public Standing Winner => All.MinBy(s => s.TestError().Mean)!;

    /// <summary>The other optimizers within two standard errors of the winner.</summary>
    public IReadOnlyList<Standing> Close
    {
        get
        {
            var (lowest, error) = Winner.TestError();
            return [.. All.Where(s => s != Winner && s.TestError() is var (mean, own)
                && mean - lowest <= 2 * Math.Sqrt(error * error + own * own))];
        }
    }

    /// <summary>The optimizer with the smallest worst error over all multiples of its learning rate.</summary>
    public Standing Steadiest => All.MinBy(s =>
        Enumerable.Range(0, Comparison.Factors.Count).Max(i => s.TestError(i).Mean))!;

    /// <summary>The ranking in words.</summary>
    public string Verdict()
    {
        var fewest = All.MinBy(s => Reached(s)?.Evaluations ?? long.MaxValue)!;
        var fastest = All.MinBy(s => Reached(s)?.Seconds ?? double.MaxValue)!;
        var close = Close.Count == 0 ? "none" : string.Join("; ", Close.Select(s => s.Name));
        return FormattableString.Invariant($"Lowest test error: {Winner.Name}; within two standard errors of it: ")
            + FormattableString.Invariant($"{close}. Fewest gradients to a validation error of {Target:G3}: ")
            + $"{fewest.Name}; least time: {fastest.Name}. Smallest worst error over 0.1 to 10 times the best "
            + $"learning rate: {Steadiest.Name}.";
    }
}
