namespace Alice.ML.Trainers;

/// <summary>How much time Fit spends.</summary>
public enum Effort
{
    /// <summary>The usual number of steps.</summary>
    Default,

    /// <summary>An eighth of the usual steps, and rows are held out once: a first look.</summary>
    Quick,

    /// <summary>Four times the usual steps, and rows are held out twice as often: up to eight times as long.</summary>
    Best,
}
