namespace Alice.ML.Trainers;

/// <summary>How networks receive numeric columns, after standardization.</summary>
public enum NumericEncoding
{
    /// <summary>Chooses for each network between <see cref="PiecewiseLinear"/> and <see cref="None"/> (regression with
    /// 3,000 rows or more: <see cref="NormalScores"/>), by the loss of the ensemble on held-out rows. Always
    /// <see cref="None"/> with fewer than 50 rows, with more than twice as many columns as rows, without hidden layers,
    /// and for classification with more than 32 columns of three or more distinct values.</summary>
    Automatic,

    /// <summary>Numbers are not encoded.</summary>
    None,

    /// <summary>Each number is accompanied by a piecewise-linear encoding: for each of <c>NumberOfBins</c> bins, how
    /// far the number is from the lower to the upper edge of the bin, 0 to 1. The bin edges are quantiles of the
    /// training rows, and values frequent enough to fill a bin (Gorishniy et al. 2022, On Embeddings for Numerical
    /// Features in Tabular Deep Learning). Suits functions that trees fit well.</summary>
    PiecewiseLinear,

    /// <summary>The first, third, fifth … network of the ensemble gets <see cref="None"/>, the others get
    /// <see cref="PiecewiseLinear"/>. Without hidden layers all networks get <see cref="None"/>, so that they are
    /// linear models.</summary>
    Mixed,

    /// <summary>Numbers in columns with heavy tails are replaced by normal scores: the quantile of the standard normal
    /// distribution that belongs to the number's rank among the training rows (van der Waerden 1952). Scores are
    /// computed at every half standard deviation and interpolated linearly in between. Other columns are not encoded. A
    /// column has heavy tails if the range of its middle 99% of values is at least five times that of its middle 50%
    /// (3.8 times for a normal distribution).</summary>
    NormalScores,
}
