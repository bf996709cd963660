namespace Alice.ML.Tool.Data;

/// <summary>Texts that people wrote: hardly one is like another, and the same words come again.</summary>
internal static class FreeText
{
    /// <summary>Fewer different texts than this are never free text.</summary>
    public const int LeastTexts = 100;

    /// <summary>At least this share of the rows has a text of its own.</summary>
    public const double DifferentShare = 0.5;

    /// <summary>The mean number of words of a text is at least this: names and codes have fewer.</summary>
    public const int LeastWords = 3;

    /// <summary>At most this share of all words is different from the others.</summary>
    public const double DifferentWords = 0.5;

    private static readonly char[] _separators = [.. " \t\r\n,.;:!?()\"/"];

    /// <summary>Whether these are.</summary>
    /// <param name="texts">The different texts of a column.</param>
    /// <param name="rows">How many rows have one.</param>
    public static bool IsIn(IReadOnlyList<string> texts, int rows)
    {
        if (texts.Count < LeastTexts || texts.Count < DifferentShare * rows)
            return false;
        var (words, different) = (0L, new HashSet<string>(StringComparer.OrdinalIgnoreCase));
        foreach (var text in texts)
            foreach (var word in text.Split(_separators, StringSplitOptions.RemoveEmptyEntries))
            {
                words++;
                different.Add(word);
            }
        return words >= LeastWords * (long)texts.Count && different.Count <= DifferentWords * words;
    }
}
