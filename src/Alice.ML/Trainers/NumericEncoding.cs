namespace Alice.ML.Trainers;

/// <summary>How networks are given columns of numbers, beside standardising them.</summary>
public enum NumericEncoding
{
    /// <summary>
    /// That of the others whose trial networks do best on held-out rows; <see cref="Mixed"/> where there are no trials or classes, and
    /// <see cref="None"/> below 400 rows.
    /// </summary>
    Automatic,

    /// <summary>As they are.</summary>
    None,

    /// <summary>
    /// With a piecewise-linear encoding beside each: how far the number is through each of <see cref="AliceTrainerOptions.NumberOfBins"/>
    /// bins, whose edges are quantiles of the training rows (Gorishniy et al. 2022, On Embeddings for Numerical Features in Tabular
    /// Deep Learning). It suits functions that trees fit well.
    /// </summary>
    PiecewiseLinear,

    /// <summary>
    /// As they are for the first, third, … network of the ensemble, piecewise-linear for the others. Without hidden layers as they are for
    /// all: linear models.
    /// </summary>
    Mixed,
}
