using System.Globalization;

namespace Alice.ML.Samples.Data;

/// <summary>Finds out from the label column what is to be learned.</summary>
internal static class TaskDetection
{
    /// <summary>The most whole numbers that are taken for codes of classes.</summary>
    public const int MaximumCodes = 20;

    /// <summary>
    /// Each code occurs at least this often, relative to equal shares; counts have rare values at their end.
    /// </summary>
    public const double LeastShare = 0.25;

    /// <summary>
    /// Two different values: binary. Text: multiclass. Whole numbers 0, 1, … or 1, 2, … without a gap, at most
    /// <see cref="MaximumCodes"/>, each at least <see cref="LeastShare"/> as frequent as on average: multiclass. Other
    /// numbers: regression.
    /// </summary>
    /// <param name="labels">The labels of the training rows, none missing.</param>
    /// <returns>The task, and the reason in words.</returns>
    public static (TaskKind Task, string Reason) Detect(IReadOnlyList<string> labels)
    {
        var counts = labels.CountBy(Target.ClassOf).ToDictionary();
        if (counts.Count == 2)
            return (TaskKind.Binary, $"holds two values, {string.Join(" and ", Target.InOrder(counts.Keys))}");
        if (!counts.Keys.All(FormatDetection.IsNumber))
            return (TaskKind.Multiclass, $"holds {counts.Count} different texts");
        return AreCodes(counts, labels.Count)
            ? (TaskKind.Multiclass, $"holds whole numbers from {Numbers(counts).Min()} to {Numbers(counts).Max()} " +
                "only, each often, like codes of classes")
            : (TaskKind.Regression, "holds numbers");
    }

    private static bool AreCodes(Dictionary<string, int> counts, int rows)
    {
        var numbers = Numbers(counts).Order().ToArray();
        return numbers.Length is > 2 and <= MaximumCodes
            && numbers[0] is 0 or 1
            && numbers.Index().All(n => n.Item == numbers[0] + n.Index)
            && counts.Values.Min() >= LeastShare * rows / numbers.Length;
    }

    private static IEnumerable<float> Numbers(Dictionary<string, int> counts) =>
        counts.Keys.Select(key => float.Parse(key, CultureInfo.InvariantCulture));
}
