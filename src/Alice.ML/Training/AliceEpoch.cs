namespace Alice.ML.Training;

/// <summary>What one epoch of training did.</summary>
public sealed record AliceEpoch
{
    /// <summary>Number of this epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs that the run will take if nothing stops it.</summary>
    public required int NumberOfEpochs { get; init; }

    /// <summary>Mean loss a row over the epoch, in the label's units (squared error: units²), at the look-ahead points.</summary>
    public required double TrainingLoss { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Seconds since training began, reading the data included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Minibatch gradient evaluations since training began; a sample step takes three, a quick step one.</summary>
    public required long GradientEvaluations { get; init; }
}
