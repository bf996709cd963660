namespace Alice.ML.Tool.Data;

/// <summary>What the user said about a delimited file; what is null is detected.</summary>
internal sealed record FileFormat
{
    /// <summary>What counts as missing when nothing else is said, in any case; an empty field always does.</summary>
    public static readonly string[] DefaultMissing = ["?", "NA", "N/A", "n.a.", "#N/A", "<NA>", "NaN", "null", "\\N"];

    /// <summary>What starts a comment line before the first row when nothing else is said.</summary>
    public static readonly string[] LeadingComments = ["#", "//"];

    /// <summary>The character between fields: null looks for comma, tab, semicolon or bar.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first row holds the columns' names; null looks at the rows.</summary>
    public bool? Header { get; init; }

    /// <summary>What starts a comment line anywhere; an empty list means that there are none. Null:
    /// <see cref="LeadingComments"/> do, before the first row only.
    /// </summary>
    public IReadOnlyList<string>? Comments { get; init; }

    /// <summary>The texts that stand for a missing value.</summary>
    public IReadOnlyList<string> Missing { get; init; } = DefaultMissing;

    /// <summary>The decimal mark, a point or a comma; null looks at each column.</summary>
    public char? Decimal { get; init; }

    /// <summary>Whether days stand before months in dates such as 3/4/2025; null looks at each column.</summary>
    public bool? DayFirst { get; init; }
}
