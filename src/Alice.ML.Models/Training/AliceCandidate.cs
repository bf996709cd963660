using Alice.ML.Trainers;

namespace Alice.ML.Training;

/// <summary>A plan that Fit compared on held-out rows.</summary>
public sealed record AliceCandidate
{
    /// <summary>How the networks were given columns of numbers.</summary>
    public required NumericEncoding NumericEncoding { get; init; }

    /// <summary>Units of each hidden layer; none for a linear network.</summary>
    public required IReadOnlyList<int> HiddenLayers { get; init; }

    /// <summary>Share of hidden units that each step left out, 0 to below 1.</summary>
    public required double Dropout { get; init; }

    /// <summary>Decoupled weight decay.</summary>
    public required double WeightDecay { get; init; }

    /// <summary>L1 regularization of the plan, in addition to the optimizer's; 0 for most plans.</summary>
    public double L1Regularization { get; init; }

    /// <summary>Passes over the rows after which the held-out loss was lowest.</summary>
    public required double Epochs { get; init; }

    /// <summary>The lowest held-out loss, of the mean of two networks, in the label's unit (squared loss: its square;
    /// classes: Brier score; several numbers: the sum over labels, in standard deviations). Infinite if a network
    /// diverged.</summary>
    public required double HeldOutLoss { get; init; }

    /// <summary>Number of networks of the ensemble that have this plan.</summary>
    public required int Networks { get; init; }
}
