namespace Alice.ML.Benchmarks.Quality;

/// <summary>Outcomes of the contestants on a table, one for each run, in the same order.</summary>
/// <param name="Table">The table.</param>
/// <param name="Outcomes">Of each contestant.</param>
/// <param name="Uncertainties">Of regression.</param>
/// <param name="Expectations">What Alice's default fits expected; null where one had no estimate.</param>
internal sealed record TableResult(
    QualityTable Table, IReadOnlyDictionary<Contestant, List<Outcome>> Outcomes,
    IReadOnlyList<Uncertainty> Uncertainties,
    IReadOnlyList<Expectation?> Expectations)
{
    public double[] Values(Contestant contestant, Func<Outcome, double> figure) =>
        [.. Outcomes[contestant].Select(figure)];

    public Estimate Mean(Contestant contestant, Func<Outcome, double> figure) =>
        Estimate.Of(Values(contestant, figure));

    /// <summary>Mean and standard error of Alice's error less a rival's, in pairs.</summary>
    public Estimate Difference(Contestant rival) =>
        Estimate.Of([.. Values(Contestant.Default, o => o.Error).Zip(Values(rival, o => o.Error), (a, b) => a - b)]);

    /// <summary>ln of a contestant's figure over another's; not finite where one of them is 0.</summary>
    public Estimate LogRatio(Contestant contestant, Contestant other, Func<Outcome, double> figure) =>
        Estimate.LogRatio(Values(contestant, figure), Values(other, figure));

    /// <summary>Within one paired standard error nobody is better. With one run there is none: the lower error
    /// wins.</summary>
    public Verdict Verdict(Contestant rival)
    {
        var difference = Difference(rival);
        return difference.Mean == 0 || Math.Abs(difference.Mean) <= difference.StandardError ? Quality.Verdict.Tie
            : difference.Mean < 0 ? Quality.Verdict.Win : Quality.Verdict.Loss;
    }
}

/// <summary>How Alice did against a rival.</summary>
internal enum Verdict
{
    Win,
    Tie,
    Loss,
}
