namespace Alice.ML.Benchmarks.Quality;

/// <summary>How far probabilities are from the shares that come true.</summary>
internal static class Calibration
{
    private const int Bins = 15;

    /// <summary>Expected calibration error: mean over the rows of |mean probability − share that came true| of the
    /// row's bin, with 15 bins of equal width (Guo et al. 2017).
    /// </summary>
    /// <param name="rows">Of each row the probability of a statement, and whether it is true.</param>
    public static double Error(IReadOnlyCollection<(double Probability, bool IsTrue)> rows) =>
        rows.GroupBy(row => Math.Min((int)(row.Probability * Bins), Bins - 1))
            .Sum(bin => Math.Abs(bin.Sum(row => row.Probability - (row.IsTrue ? 1 : 0)))) / rows.Count;

    /// <summary>What the error of so many rows would be, about, if every probability were right: in a bin of n rows
    /// with mean probability p the mean of the absolute value of a normal variable of variance p(1 − p)/n.
    /// </summary>
    /// <param name="probabilities">Of each row.</param>
    public static double ByChance(IReadOnlyCollection<double> probabilities) =>
        probabilities.GroupBy(p => Math.Min((int)(p * Bins), Bins - 1))
            .Sum(bin => Math.Sqrt(2 / Math.PI * bin.Sum(p => p * (1 - p)))) / probabilities.Count;
}
