namespace Alice.ML.Tool.Data;

/// <summary>Detects the task from the labels.</summary>
internal static class TaskDetection
{
    /// <summary>At most this many whole numbers are taken for codes of classes.</summary>
    public const int MaximumCodes = 20;

    /// <summary>Each code must occur at least this often, relative to equal frequencies. Counts have rare large
    /// values.</summary>
    public const double LeastShare = 0.25;

    /// <summary>Two different values: binary. Text: multiclass. Whole numbers 0, 1, … or 1, 2, … without a gap, at most
    /// <see cref="MaximumCodes"/>, each at least <see cref="LeastShare"/> as frequent as the average: multiclass. Other
    /// numbers: regression.</summary>
    /// <param name="labels">The labels of the training rows, none missing.</param>
    /// <param name="classes">The different values, in order.</param>
    /// <param name="mark">Their decimal mark.</param>
    /// <returns>The task, and the reason in words.</returns>
    public static (TaskKind Task, string Reason) Detect(
        IReadOnlyList<string> labels, IReadOnlyList<string> classes, char mark)
    {
        if (classes.Count == 2)
            return (TaskKind.Binary, $"holds two values, {classes[0]} and {classes[1]}");
        var numbers = new List<float>();
        foreach (var label in labels)
        {
            if (!NumberText.TryRead(label, mark, out var number))
                return (TaskKind.Multiclass, $"holds {classes.Count} different texts");
            numbers.Add(number);
        }
        var counts = numbers.CountBy(n => n).OrderBy(c => c.Key).ToArray();
        return AreCodes(counts, labels.Count)
            ? (TaskKind.Multiclass, $"holds whole numbers from {counts[0].Key} to {counts[^1].Key} " +
                "only, each often, like codes of classes")
            : (TaskKind.Regression, "holds numbers");
    }

    private static bool AreCodes(KeyValuePair<float, int>[] counts, int rows) =>
        counts.Length is > 2 and <= MaximumCodes
        && counts[0].Key is 0 or 1
        && counts.Index().All(c => c.Item.Key == counts[0].Key + c.Index)
        && counts.Min(c => c.Value) >= LeastShare * rows / counts.Length;
}
