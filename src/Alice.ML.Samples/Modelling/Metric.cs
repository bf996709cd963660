namespace Alice.ML.Samples.Modelling;

/// <summary>One number that says how well a model predicts.</summary>
/// <param name="Name">As people write it.</param>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Value">NaN where it is not defined.</param>
internal sealed record Metric(string Name, string Key, double Value)
{
    /// <summary>The mean of each metric over folds.</summary>
    public static Metric[] Means(IReadOnlyList<IReadOnlyList<Metric>> folds) =>
        [.. folds[0].Select((metric, i) => metric with { Value = folds.Average(fold => fold[i].Value) })];
}
