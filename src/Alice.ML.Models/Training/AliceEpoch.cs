namespace Alice.ML.Training;

/// <summary>What one epoch of the final training did.</summary>
public sealed record AliceEpoch
{
    /// <summary>Number of this epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Number of epochs of the run if nothing ends it early.</summary>
    public required int NumberOfEpochs { get; init; }

    /// <summary>Mean loss per row over the epoch, in the label's unit (squared loss: its square), at the look-ahead
    /// points.</summary>
    public required double TrainingLoss { get; init; }

    /// <summary>The same of each network; <see cref="TrainingLoss"/> is their mean.</summary>
    public IReadOnlyList<double> NetworkLosses { get; init; } = [];

    /// <summary>Mean loss per validation row at the end of the epoch, in the same unit; null without
    /// validation.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Metric over all validation rows: RMSE in the label's unit for regression, accuracy (0 to 1) for
    /// classification; null without validation.</summary>
    public double? ValidationMetric { get; init; }

    /// <summary>Learning rate of the epoch's last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Share of the parameters, 0 to 1, whose last step was as long as its upper bound allows.</summary>
    public required double ShareAtUpperBound { get; init; }

    /// <summary>Mean glass density ρ over the parameters, in units of the standardized loss.</summary>
    public required double MeanGlassDensity { get; init; }

    /// <summary>Mean curvature |h| over the parameters, in units of the standardized loss.</summary>
    public required double MeanHessian { get; init; }

    /// <summary>Seconds since training began, reading the data included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Minibatch gradient evaluations since training began; a sample step takes three, a quick step
    /// one.</summary>
    public required long GradientEvaluations { get; init; }
}
