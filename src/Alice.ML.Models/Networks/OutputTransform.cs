namespace Alice.ML.Models.Networks;

/// <summary>The function from the sums of the last layer to the outputs of a network.</summary>
internal enum OutputTransform
{
    /// <summary>The sums are the outputs.</summary>
    Identity = 0,

    /// <summary>exp(x): the sum is the logarithm of a rate, as in Poisson regression.</summary>
    Exponential = 1,

    /// <summary>exp(x_i) / Σ exp(x_j): the class probabilities.</summary>
    Softmax = 2,
}
