namespace Alice.ML.Trainers;

/// <summary>How much time Fit spends on training.</summary>
public enum Effort
{
    /// <summary>The default number of steps.</summary>
    Default,

    /// <summary>An eighth of the default steps, and rows are held out only once. For a first look.</summary>
    Quick,

    /// <summary>Four times the default steps, and rows are held out twice as often. Fit takes up to eight times as
    /// long.</summary>
    Best,
}
