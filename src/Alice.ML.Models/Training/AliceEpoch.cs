namespace Alice.ML.Training;

/// <summary>Losses and other figures of one epoch of the final training.</summary>
public sealed record AliceEpoch
{
    /// <summary>Number of this epoch, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Planned number of epochs of the run.</summary>
    public required int NumberOfEpochs { get; init; }

    /// <summary>Mean training loss per row over the epoch, measured at the look-ahead points, in the label's units
    /// (squared loss: in squared units).</summary>
    public required double TrainingLoss { get; init; }

    /// <summary>Training loss of each network. <see cref="TrainingLoss"/> is their mean.</summary>
    public IReadOnlyList<double> NetworkLosses { get; init; } = [];

    /// <summary>Mean loss per validation row at the end of the epoch, in the same units. Null without
    /// validation.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Metric on the validation rows, named by <see cref="AliceTrainingSummary.MetricName"/>: RMSE in the
    /// label's units for regression, accuracy (0 to 1) for classification. Null without validation.</summary>
    public double? ValidationMetric { get; init; }

    /// <summary>Learning rate of the last step of the epoch.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Share of the parameters, 0 to 1, whose last step was limited by its upper bound.</summary>
    public required double ShareAtUpperBound { get; init; }

    /// <summary>Mean glass density ρ over the parameters, in units of the loss of the standardized label.</summary>
    public required double MeanGlassDensity { get; init; }

    /// <summary>Mean curvature |h| over the parameters, in units of the loss of the standardized label.</summary>
    public required double MeanHessian { get; init; }

    /// <summary>Seconds since Fit began, including the time to read the data.</summary>
    public required double Seconds { get; init; }

    /// <summary>Number of minibatch gradient evaluations since training began. A sample step takes three, a quick step
    /// one.</summary>
    public required long GradientEvaluations { get; init; }
}
