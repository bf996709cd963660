namespace Alice.ML.Tool.Data;

/// <summary>The options of the user for a delimited file. Null values are detected.</summary>
internal sealed record FileFormat
{
    /// <summary>Texts that count as missing by default, in upper or lower case. An empty field always does.</summary>
    public static readonly string[] DefaultMissing = ["?", "NA", "N/A", "n.a.", "#N/A", "<NA>", "NaN", "null", "\\N"];

    /// <summary>Prefixes of comment lines before the first row, by default.</summary>
    public static readonly string[] LeadingComments = ["#", "//"];

    /// <summary>The separator. Null: comma, tab, semicolon or bar, whichever fits.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first row is a header. Null: detected.</summary>
    public bool? Header { get; init; }

    /// <summary>Prefixes of comment lines anywhere in the file. An empty list: there are no comments. Null: <see
    /// cref="LeadingComments"/>, only before the first row.</summary>
    public IReadOnlyList<string>? Comments { get; init; }

    /// <summary>Texts that count as missing.</summary>
    public IReadOnlyList<string> Missing { get; init; } = DefaultMissing;

    /// <summary>The decimal mark, a point or a comma. Null: detected for each column.</summary>
    public char? Decimal { get; init; }

    /// <summary>Whether the day comes first in dates such as 3/4/2025. Null: detected for each column.</summary>
    public bool? DayFirst { get; init; }
}
