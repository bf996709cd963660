namespace Alice.ML.Training;

/// <summary>What Fit is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Fit trains plans and compares them on held-out rows.</summary>
    Choosing,

    /// <summary>Fit trains the networks of the ensemble on all training rows.</summary>
    Training,
}

/// <summary>A progress report of Fit.</summary>
public sealed record AliceProgress
{
    /// <summary>What Fit is doing.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>Estimated share of the work that is done, from 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Estimated time until Fit ends. Null if it is not known yet.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Lowest held-out loss of any plan so far, in the units of <see cref="AliceCandidate.HeldOutLoss"/>. Null
    /// before the first comparison.</summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>The epoch that has just ended. Null in all other reports.</summary>
    public AliceEpoch? Epoch { get; init; }
}
