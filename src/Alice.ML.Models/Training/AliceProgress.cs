namespace Alice.ML.Training;

/// <summary>What Fit is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Plans are trained and compared on held-out rows.</summary>
    Choosing,

    /// <summary>The networks of the ensemble train on all rows.</summary>
    Training,
}

/// <summary>The progress of Fit.</summary>
public sealed record AliceProgress
{
    /// <summary>What Fit is doing.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>Estimated share of the work that is done, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Estimated time for the rest; null if it is not known yet.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Lowest held-out loss of a plan so far, in the label's unit (squared loss: its square; classes: Brier
    /// score); null before the first judgment.</summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>The epoch that has just ended; null at all other times.</summary>
    public AliceEpoch? Epoch { get; init; }
}
