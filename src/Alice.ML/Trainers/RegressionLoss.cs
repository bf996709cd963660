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

    /// <summary>Squared error, (y − f)². The score estimates the mean of the label.</summary>
    public static RegressionLoss Squared { get; } = new(nameof(Squared));

    /// <summary>Absolute error, |y − f|. The score estimates the median of the label.</summary>
    public static RegressionLoss Absolute { get; } = new(nameof(Absolute));

    /// <summary>Poisson loss, f − y·log f: the negative log-likelihood of a Poisson count, up to a constant. Labels
    /// must be 0 or more. The score estimates the mean of the label and is always above 0.</summary>
    public static RegressionLoss Poisson { get; } = new(nameof(Poisson));

    /// <summary>Huber loss (Huber 1964), with the error e = y − f: ½e² if |e| is at most <paramref name="threshold"/>,
    /// and threshold·(|e| − ½ threshold) otherwise. It is quadratic for small errors and linear for outliers.</summary>
    /// <param name="threshold">Error at which the loss becomes linear, in the label's units, above 0.</param>
    public static RegressionLoss Huber(double threshold) => new(nameof(Huber), threshold);

    /// <summary>Quantile loss (Koenker and Bassett 1978): τ·(y − f) if y is above f, and (1 − τ)·(f − y) otherwise. The
    /// score estimates the τ-quantile, the value that a share τ of the labels are below.</summary>
    /// <param name="quantile">The level τ, between 0 and 1.</param>
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

    /// <summary>Name and parameter of the loss, for example "Huber(1.5)".</summary>
    public override string ToString() =>
        double.IsNaN(Parameter) ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}({Parameter})");
}
