using TorchSharp;

namespace Alice.ML.Tool.Comparing;

/// <summary>What all optimizers of a comparison achieved, and who is first in what.</summary>
/// <param name="All">The optimizers, in their order.</param>
/// <param name="Runs">Every run, of the search for the best learning rates too.</param>
/// <param name="ErrorName">What errors are.</param>
internal sealed record Standings(
    IReadOnlyList<Standing> All, IReadOnlyList<ComparisonResult> Runs, string ErrorName)
{
    /// <summary>Compares optimizers on one thread.</summary>
    /// <param name="contenders">The optimizers.</param>
    /// <param name="data">The rows.</param>
    /// <param name="settings">What all share.</param>
    /// <param name="seeds">Runs at each learning rate.</param>
    /// <param name="examined">Told of each optimizer when it is done.</param>
    /// <param name="cancellation">Ends the comparison.</param>
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

    /// <summary>The middle one of the validation errors that the optimizers end with.</summary>
    public double Target
    {
        get
        {
            double[] finals = [.. All.Select(s => s.Curve()[^1].ValidationError).Order()];
            return finals[finals.Length / 2];
        }
    }

    /// <summary>The first epoch that reaches <see cref="Target"/>; null where none does.</summary>
    public ComparisonEpoch? Reached(Standing standing) =>
        standing.Curve().FirstOrDefault(epoch => epoch.ValidationError <= Target);

    /// <summary>The one with the lowest test error.</summary>
    public Standing Winner => All.MinBy(s => s.TestError().Mean)!;

    /// <summary>Who is within two standard errors of the winner, the winner left out.</summary>
    public IReadOnlyList<Standing> Close
    {
        get
        {
            var (lowest, error) = Winner.TestError();
            return [.. All.Where(s => s != Winner && s.TestError() is var (mean, own)
                && mean - lowest <= 2 * Math.Sqrt(error * error + own * own))];
        }
    }

    /// <summary>The one with the smallest worst error over all factors of its learning rate.</summary>
    public Standing Steadiest => All.MinBy(s =>
        Enumerable.Range(0, Comparison.Factors.Count).Max(i => s.TestError(i).Mean))!;

    /// <summary>Who is first in what, in sentences.</summary>
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
