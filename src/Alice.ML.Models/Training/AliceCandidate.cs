using Alice.ML.Trainers;

namespace Alice.ML.Training;

/// <summary>A plan that a fit tried for the networks of its ensemble.</summary>
public sealed record AliceCandidate
{
    /// <summary>How numbers were given.</summary>
    public required NumericEncoding NumericEncoding { get; init; }

    /// <summary>Units of each hidden layer; none for a linear network.</summary>
    public required IReadOnlyList<int> HiddenLayers { get; init; }

    /// <summary>Share of hidden units that each step left out.</summary>
    public required double Dropout { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>L1 regularisation that the plan has of its own, besides the optimizer's; 0 for most plans.</summary>
    public double L1Regularization { get; init; }

    /// <summary>Passes over the rows after which its held-out loss was lowest.</summary>
    public required double Epochs { get; init; }

    /// <summary>That loss, of the mean of two networks, in the label's units (squared error: units²; classes: the Brier
    /// score; several numbers: the sum over labels, in standard deviations). Infinite where it diverged.
    /// </summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>Networks of the ensemble that have this plan.</summary>
    public required int Networks { get; init; }
}
