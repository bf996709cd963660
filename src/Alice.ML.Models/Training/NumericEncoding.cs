namespace Alice.ML.Trainers;

/// <summary>How networks are given columns of numbers, after standardizing.</summary>
public enum NumericEncoding
{
    /// <summary>For each network <see cref="None"/> (in regression from 3,000 rows <see cref="NormalScores"/>) or
    /// <see cref="PiecewiseLinear"/>, whichever lowers the loss of the mean more on held-out rows. <see cref="None"/>
    /// below 50 rows, with more than two columns a row, without hidden layers, and in classification with more than 32
    /// columns of three values or more.
    /// </summary>
    Automatic,

    /// <summary>As they are.</summary>
    None,

    /// <summary>With a piecewise-linear encoding beside each: how far the number is through each of <c>NumberOfBins</c>
    /// bins, whose edges are quantiles of the training rows and values that fill a bin alone (Gorishniy et al. 2022, On
    /// Embeddings for Numerical Features in Tabular Deep Learning). It suits functions that trees fit well.
    /// </summary>
    PiecewiseLinear,

    /// <summary>As they are for the first, third, … network of the ensemble, piecewise-linear for the others. Without
    /// hidden layers as they are for all: linear models.
    /// </summary>
    Mixed,

    /// <summary>Columns with heavy tails as normal scores: the quantile of the standard normal distribution for the
    /// number's rank among the training rows (van der Waerden 1952), in half standard deviations and linear between
    /// them. Other columns as they are. Tails are heavy where the middle 99% of the rows are at least five times as
    /// wide as the middle half (3.8 times for normal numbers).
    /// </summary>
    NormalScores,
}
