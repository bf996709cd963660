using Alice.ML.Trainers;

namespace Alice.ML.Training;

/// <summary>A plan that Fit compared on held-out rows.</summary>
public sealed record AliceCandidate
{
    /// <summary>How the networks received numeric columns.</summary>
    public required NumericEncoding NumericEncoding { get; init; }

    /// <summary>Number of units in each hidden layer. Empty for a linear network.</summary>
    public required IReadOnlyList<int> HiddenLayers { get; init; }

    /// <summary>Dropout rate: the share of hidden units that each step left out, from 0 to below 1.</summary>
    public required double Dropout { get; init; }

    /// <summary>Decoupled weight decay, 0 or more.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>L1 regularization of the plan, added to that of the optimizer. 0 for most plans.</summary>
    public double L1Regularization { get; init; }

    /// <summary>Number of passes over the rows at which the held-out loss was lowest.</summary>
    public required double Epochs { get; init; }

    /// <summary>The lowest held-out loss of the mean of two networks, in the label's units. Squared loss: in squared
    /// units. Classification: the Brier score. Multi-output regression: the sum over the standardized labels. Infinite
    /// if a network diverged.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>Number of networks in the ensemble that use this plan.</summary>
    public required int Networks { get; init; }
}
