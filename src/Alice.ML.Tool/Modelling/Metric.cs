namespace Alice.ML.Tool.Modelling;

/// <summary>A measure of how well a model predicts.</summary>
/// <param name="Name">Name in texts.</param>
/// <param name="Key">Name in JSON.</param>
/// <param name="Value">NaN if undefined.</param>
internal sealed record Metric(string Name, string Key, double Value)
{
    /// <summary>Why it is undefined, or what was left out. Null if there is nothing to say.</summary>
    public string? Remark { get; init; }

    /// <summary>Whether lower is better.</summary>
    public bool IsError => Key is "rmse" or "mae" or "logLoss";

    /// <summary>The mean of each metric over the folds in which it is defined.</summary>
    public static Metric[] Means(IReadOnlyList<IReadOnlyList<Metric>> folds) => [.. folds[0].Select((metric, i) =>
    {
        var defined = folds.Select(fold => fold[i]).Where(m => double.IsFinite(m.Value)).ToArray();
        var why = folds.Select(fold => fold[i].Remark).FirstOrDefault(r => r is not null);
        return defined.Length == folds.Count ? metric with { Value = defined.Average(m => m.Value), Remark = null }
            : defined.Length == 0 ? metric with { Value = double.NaN, Remark = $"in no fold: {why}" }
            : metric with { Value = defined.Average(m => m.Value),
                Remark = $"the mean of {defined.Length} of {folds.Count} folds: in another {why}" };
    })];
}
