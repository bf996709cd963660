namespace Alice.ML.Models.Networks;

/// <summary>What turns the sums of a network's last layer into its outputs.</summary>
internal enum OutputTransform
{
    /// <summary>The sums as they are.</summary>
    Identity = 0,

    /// <summary>exp(x): the network gives the logarithm of a rate, as in Poisson regression.</summary>
    Exponential = 1,

    /// <summary>exp(x_i) / Σ exp(x_j): the probabilities of the classes.</summary>
    Softmax = 2,
}
