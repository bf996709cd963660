namespace Alice.ML.Benchmarks.Quality;

/// <summary>A mean and its standard error.</summary>
internal readonly record struct Estimate(double Mean, double StandardError)
{
    /// <summary>The standard error of a single value is NaN: it is not known.</summary>
    public static Estimate Of(IReadOnlyCollection<double> values) =>
        new(values.Average(), Deviation(values) / Math.Sqrt(values.Count));

    /// <summary>The mean of independent estimates.</summary>
    public static Estimate MeanOf(IReadOnlyCollection<Estimate> parts) => new(
        parts.Average(part => part.Mean),
        Math.Sqrt(parts.Sum(part => part.StandardError * part.StandardError)) / parts.Count);

    /// <summary>ln(mean of a / mean of b), a and b measured in pairs. The standard error is that of the mean of aᵢ/ā −
    /// bᵢ/b̄, to first order. A mean of ratios would not do: an error of one pair may be 0.
    /// </summary>
    public static Estimate LogRatio(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        var differences = a.Zip(b, (x, y) => x / meanA - y / meanB).ToArray();
        return new(Math.Log(meanA / meanB), Deviation(differences) / Math.Sqrt(differences.Length));
    }

    /// <summary>Sample standard deviation; NaN for one value.</summary>
    public static double Deviation(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return values.Count < 2 ? double.NaN
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
