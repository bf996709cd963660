namespace Alice.ML.Trainers;

/// <summary>How much time a fit spends.</summary>
public enum Effort
{
    /// <summary>As long as the usual table deserves.</summary>
    Default,

    /// <summary>About an eighth of the default's time: a first look.</summary>
    Quick,

    /// <summary>Up to eight times the default's time.</summary>
    Best,
}
