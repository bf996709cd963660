namespace Alice.ML.Training;

/// <summary>What one epoch of training did.</summary>
public sealed record AliceEpoch
{
    /// <summary>Number of this epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs that the run will take if nothing stops it.</summary>
    public required int NumberOfEpochs { get; init; }

    /// <summary>Mean loss a row over the epoch, in the label's units (squared error: units²), at the look-ahead
    /// points.</summary>
    public required double TrainingLoss { get; init; }

    /// <summary>Mean loss a row over all validation rows at the epoch's end, in the same units; null without
    /// validation.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The task's metric over all validation rows: root of the mean squared error in the label's units for
    /// regression, accuracy (0 to 1) for classification; null without validation.
    /// </summary>
    public double? ValidationMetric { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Share (0 to 1) of the parameters whose last step had the length of its upper bound.</summary>
    public required double ShareAtUpperBound { get; init; }

    /// <summary>Mean of ρ over the parameters, in the units of the standardised loss.</summary>
    public required double MeanGlassDensity { get; init; }

    /// <summary>Mean of |h| over the parameters, in the units of the standardised loss.</summary>
    public required double MeanHessian { get; init; }

    /// <summary>Seconds since training began, reading the data included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Minibatch gradient evaluations since training began; a sample step takes three, a quick step
    /// one.</summary>
    public required long GradientEvaluations { get; init; }
}
