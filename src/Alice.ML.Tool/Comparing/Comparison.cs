namespace Alice.ML.Tool.Comparing;

/// <summary>Searches the best learning rate of each optimizer on the validation rows, and measures around it.</summary>
internal sealed class Comparison(int seeds, Func<Contender, double, int, ComparisonResult> run)
{
    // In half decades from the best learning rate.
    private static readonly int[] _around = [-2, -1, 0, 1, 2];
    private const int Furthest = 6;

    /// <summary>Multiples of the best learning rate at which stability is measured.</summary>
    public static IReadOnlyList<double> Factors { get; } = [.. _around.Select(k => Math.Pow(10, k / 2.0))];

    /// <summary>Finds the best learning rate of an optimizer and measures around it.</summary>
    public Standing Examine(Contender contender)
    {
        var known = new Dictionary<int, ComparisonResult[]>();
        ComparisonResult[] At(int k)
        {
            if (!known.TryGetValue(k, out var results))
                known[k] = results = [.. Enumerable.Range(1, seeds).Select(seed =>
                    run(contender, contender.FirstRate * Math.Pow(10, k / 2.0), seed))];
            return results;
        }
        double Validation(int k) => At(k).Average(result => result.ValidationError);

        var best = 0;
        for (var moved = true; moved && Math.Abs(best) < Furthest;)
        {
            var better = new[] { best - 1, best, best + 1 }.MinBy(Validation);
            moved = better != best;
            best = better;
        }
        return new Standing(contender.Name, [.. _around.Select(offset => At(best + offset))]);
    }
}

/// <summary>Runs of an optimizer at 0.1, 0.3, 1, 3 and 10 times its best learning rate (half decades), one per
/// seed.</summary>
internal sealed record Standing(string Name, IReadOnlyList<ComparisonResult[]> Around)
{
    /// <summary>Runs at the best learning rate.</summary>
    public ComparisonResult[] Best => Around[Around.Count / 2];

    /// <summary>Mean test error at one multiple, and its standard error over the seeds. Infinite if a run
    /// diverged.</summary>
    public (double Mean, double StandardError) TestError(int factor)
    {
        double[] errors = [.. Around[factor].Select(result => result.TestError)];
        var mean = errors.Average();
        return (mean, Math.Sqrt(errors.Sum(e => (e - mean) * (e - mean)) / (errors.Length - 1) / errors.Length));
    }

    /// <summary>Mean test error at the best learning rate.</summary>
    public (double Mean, double StandardError) TestError() => TestError(Around.Count / 2);

    /// <summary>Epochs at the best learning rate, averaged over the seeds.</summary>
    public IReadOnlyList<ComparisonEpoch> Curve() =>
        [.. Enumerable.Range(0, Best.Min(result => result.Epochs.Count)).Select(epoch =>
            new ComparisonEpoch(
            Best.Average(r => r.Epochs[epoch].Loss), Best.Average(r => r.Epochs[epoch].ValidationError),
            (long)Best.Average(r => r.Epochs[epoch].Evaluations), Best.Average(r => r.Epochs[epoch].Seconds)))];
}
