namespace Alice.ML.Trainers;

/// <summary>How networks are given columns of numbers, beside standardising them.</summary>
public enum NumericEncoding
{
    /// <summary>
    /// For each network <see cref="None"/> or <see cref="PiecewiseLinear"/>, whichever lowers the loss of the mean more on held-out rows;
    /// without trials <see cref="Mixed"/>, one network alone <see cref="None"/>; below 50 rows (classification: below 1,000 rows or above 32
    /// columns) <see cref="None"/>.
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
