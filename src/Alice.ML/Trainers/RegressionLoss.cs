using System.Globalization;

namespace Alice.ML.Trainers;

/// <summary>The loss that a regression trainer minimizes, for a label y and a score f.</summary>
public sealed record RegressionLoss
{
    private RegressionLoss(string name, double parameter = double.NaN)
    {
        Name = name;
        Parameter = parameter;
    }

    /// <summary>(y − f)²: the score estimates the mean.</summary>
    public static RegressionLoss Squared { get; } = new(nameof(Squared));

    /// <summary>|y − f|: the score estimates the median.</summary>
    public static RegressionLoss Absolute { get; } = new(nameof(Absolute));

    /// <summary>f − y·log f, the negative log-likelihood of a Poisson count up to a constant: the score estimates the
    /// mean of labels of 0 or more, and is always above 0.
    /// </summary>
    public static RegressionLoss Poisson { get; } = new(nameof(Poisson));

    /// <summary>½e² for an error e of at most <paramref name="threshold"/>, threshold·(|e| − ½ threshold) beyond:
    /// quadratic near the label, linear for outliers (Huber 1964).
    /// </summary>
    /// <param name="threshold">In the label's unit, above 0.</param>
    public static RegressionLoss Huber(double threshold) => new(nameof(Huber), threshold);

    /// <summary>τ·(y − f) where y is above f, (1 − τ)·(f − y) below: the score estimates the value that a share τ of
    /// the labels lie below (Koenker and Bassett 1978).
    /// </summary>
    /// <param name="quantile">τ, between 0 and 1.</param>
    public static RegressionLoss Quantile(double quantile) => new(nameof(Quantile), quantile);

    internal string Name { get; }

    /// <summary>Threshold or quantile.</summary>
    internal double Parameter { get; }

    /// <summary>What is wrong with the parameter; null where nothing is.</summary>
    internal string? Error => Name switch
    {
        nameof(Huber) when !((float)Parameter > 0 && float.IsFinite((float)Parameter)) =>
            "the threshold must be above 0 and finite in single precision: 1e-45 to 3e38",
        nameof(Quantile) when !((float)Parameter is > 0 and < 1) => "the quantile must be between 0 and 1",
        _ => null,
    };

    /// <summary>For example "Huber(1.5)".</summary>
    public override string ToString() =>
        double.IsNaN(Parameter) ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}({Parameter})");
}
