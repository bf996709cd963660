using Alice.ML.Trainers;

namespace Alice.ML.Training;

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>Training took all planned epochs.</summary>
    Finished,

    /// <summary>The validation loss stopped improving.</summary>
    EarlyStopping,

    /// <summary>The run was shortened to meet the time limit, or stopped at it.</summary>
    MaximumTrainingTime,

    /// <summary>The run was cancelled.</summary>
    Cancelled,
}

/// <summary>How a model was trained. The summary belongs to the fitted model and is not saved with it.</summary>
public sealed record AliceTrainingSummary
{
    /// <summary>The error to expect on new rows, measured on held-out rows. Null if no plans were compared.</summary>
    public AliceEstimate? Estimate { get; init; }

    /// <summary>The plans that were compared, with their held-out losses. Empty if no plans were compared.</summary>
    public IReadOnlyList<AliceCandidate> Candidates { get; init; } = [];

    /// <summary>The epochs of the final training, in order. Empty if Fit was cancelled while it compared
    /// plans.</summary>
    public required IReadOnlyList<AliceEpoch> Epochs { get; init; }

    /// <summary>Number of the epoch whose weights the model has. With validation it is the epoch with the lowest
    /// validation loss, otherwise the last.</summary>
    public required int BestEpoch { get; init; }

    /// <summary>Why training ended.</summary>
    public required StopReason StopReason { get; init; }

    /// <summary>Name of <see cref="AliceEpoch.ValidationMetric"/>: "RMSE" or "Accuracy"; "Standardized RMSE" for
    /// multi-output regression. Standardized RMSE is the root mean squared error over all labels, each in units of its
    /// standard deviation.</summary>
    public required string MetricName { get; init; }

    /// <summary>Number of training rows.</summary>
    public required int TrainingRows { get; init; }

    /// <summary>Number of validation rows; 0 without validation.</summary>
    public required int ValidationRows { get; init; }

    /// <summary>Number of rows per minibatch, as used.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Decoupled weight decay of each network, as used.</summary>
    public required IReadOnlyList<double> WeightDecays { get; init; }

    /// <summary>How each network received numeric columns: <see cref="NumericEncoding.None"/>,
    /// <see cref="NumericEncoding.NormalScores"/> or <see cref="NumericEncoding.PiecewiseLinear"/>. If Fit continues
    /// from a network with normal scores, the new network is listed as piecewise linear, because it can change each
    /// bin.</summary>
    public required IReadOnlyList<NumericEncoding> NumericEncodings { get; init; }

    /// <summary>Number of times that a network diverged, returned to earlier weights and halved its learning
    /// rate.</summary>
    public required int Restarts { get; init; }

    /// <summary>Device that the networks were trained on, for example "cpu" or "cuda:0".</summary>
    public required string Device { get; init; }

    /// <summary>Why "auto" chose <see cref="Device"/>: the estimated time of a step on the CPU and on the GPU. Null if
    /// the options name a device, or if there is no CUDA device.</summary>
    public string? DeviceChoice { get; init; }

    /// <summary>Seed of the run. Set it as the trainer's Seed to repeat the run.</summary>
    public required int Seed { get; init; }

    /// <summary>Seconds that Fit took, including the time to read the data.</summary>
    public required double Seconds { get; init; }
}
