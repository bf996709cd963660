using Alice.ML.Trainers;

namespace Alice.ML.Training;

/// <summary>What ended a run.</summary>
public enum StopReason
{
    /// <summary>All epochs were done.</summary>
    Finished,

    /// <summary>The validation loss had stopped improving.</summary>
    EarlyStopping,

    /// <summary>The run was shortened to fit into the time limit, or ended by it.</summary>
    MaximumTrainingTime,

    /// <summary>Fit was cancelled.</summary>
    Cancelled,
}

/// <summary>How a model was trained. It belongs to the fitted model and is not saved with it.</summary>
public sealed record AliceTrainingSummary
{
    /// <summary>The error to expect on new rows, measured on held-out rows; null if no plans were compared.</summary>
    public AliceEstimate? Estimate { get; init; }

    /// <summary>The plans that were compared, with their held-out losses; empty if none were.</summary>
    public IReadOnlyList<AliceCandidate> Candidates { get; init; } = [];

    /// <summary>The epochs of the final training, in order; none if the comparison of plans was cancelled.</summary>
    public required IReadOnlyList<AliceEpoch> Epochs { get; init; }

    /// <summary>Number of the epoch whose weights the model has: with validation the one of the lowest loss, otherwise
    /// the last.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>What ended the run.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>Name of <see cref="AliceEpoch.ValidationMetric"/>: "RMSE" or "Accuracy"; for several numbers
    /// "Standardized RMSE", the root of the mean over labels of the squared error in standard deviations.</summary>
    public required string MetricName { get; init; }

    /// <summary>Number of training rows.</summary>
    public required int TrainingRows { get; init; }

    /// <summary>Number of validation rows; 0 without validation.</summary>
    public required int ValidationRows { get; init; }

    /// <summary>Rows per minibatch, as used.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Decoupled weight decay of each network, as used.</summary>
    public required IReadOnlyList<double> WeightDecays { get; init; }

    /// <summary>How each network was given columns of numbers: <see cref="NumericEncoding.None"/>,
    /// <see cref="NumericEncoding.NormalScores"/> or <see cref="NumericEncoding.PiecewiseLinear"/>. A network that goes
    /// on from one of normal scores counts as piecewise linear: it can change each bin.
    /// </summary>
    public required IReadOnlyList<NumericEncoding> NumericEncodings { get; init; }

    /// <summary>How often a network went back to earlier weights and halved its learning rate.</summary>
    public required int Restarts { get; init; }

    /// <summary>Device of the training, for example "cpu" or "cuda:0".</summary>
    public required string Device { get; init; }

    /// <summary>What "auto" chose <see cref="Device"/> by, where there was a card to choose: the estimated time of a
    /// step on either. Null where the options name a device, or no card was found.</summary>
    public string? DeviceChoice { get; init; }

    /// <summary>Seed of the run.</summary>
    public required int Seed { get; init; }

    /// <summary>Seconds that Fit took, reading the data included.</summary>
    public required double Seconds { get; init; }
}
