using System.Globalization;

namespace Alice.ML.Training.Data;

/// <summary>Collects remarkable facts about feature columns, to report them to the user.</summary>
/// <param name="nameOf">The name of a feature.</param>
internal sealed class ColumnReport(Func<int, string> nameOf)
{
    // Keeps messages short.
    private const int MostNames = 5;

    private readonly List<string> _extreme = [];
    private readonly List<string> _narrow = [];
    private readonly List<string> _empty = [];

    /// <summary>Records a column.</summary>
    public void Add(int column, in ColumnScale scale, int rows)
    {
        if (scale.Missing == rows)
            _empty.Add(nameOf(column));
        if (FeatureScaling.IsTooNarrow(scale))
            _narrow.Add(nameOf(column));
        if (scale.Extreme > 0)
            _extreme.Add(string.Create(CultureInfo.InvariantCulture,
                $"{nameOf(column)} ({scale.Extreme} beyond {scale.Lowest} to {scale.Highest})"));
    }

    /// <summary>The report, as sentences. Empty if there is nothing to report.</summary>
    public IEnumerable<string> Messages()
    {
        if (_empty.Count > 0)
            yield return $"Left out, since they are missing in every row: {List(_empty)}.";
        if (_narrow.Count > 0)
            yield return $"Left out, since their values differ by less than 1e-38, which floats cannot scale: "
                + $"{List(_narrow)}. Multiply them in the pipeline.";
        if (_extreme.Count > 0)
            yield return $"Extreme values that stand alone are held near the range of the others: {List(_extreme)}.";
    }

    /// <summary>Lists the first few names, and the number of the others.</summary>
    public static string List(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(MostNames))
            + (names.Count > MostNames ? $" and {names.Count - MostNames:N0} more" : "");
}
