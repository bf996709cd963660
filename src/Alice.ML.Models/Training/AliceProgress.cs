namespace Alice.ML.Training;

/// <summary>What a fit is doing.</summary>
public enum TrainingPhase
{
    /// <summary>Candidates for the ensemble are trained and compared by rows that they do not train on.</summary>
    Choosing,

    /// <summary>The networks of the ensemble train on all rows.</summary>
    Training,
}

/// <summary>How far a fit has come.</summary>
public sealed record AliceProgress
{
    /// <summary>What it is doing.</summary>
    public required TrainingPhase Phase { get; init; }

    /// <summary>Share of the work, 0 to 1, that is done, about.</summary>
    public required double Share { get; init; }

    /// <summary>Time that the rest will take, about; null where it is not known yet.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>Lowest mean loss on rows held out in the choosing so far, in the label's units (squared error: units²;
    /// classes: the Brier score); null before the first is known.
    /// </summary>
    public double? HeldOutLoss { get; init; }

    /// <summary>The epoch that has just ended; null between the ends of epochs, and in the choosing.</summary>
    public AliceEpoch? Epoch { get; init; }
}
