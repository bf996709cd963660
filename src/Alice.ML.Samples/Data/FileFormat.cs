namespace Alice.ML.Samples.Data;

/// <summary>What the user said about a delimited file; what is null is detected.</summary>
internal sealed record FileFormat
{
    /// <summary>What counts as missing when nothing else is said, in any case; an empty field always does.</summary>
    public static readonly string[] DefaultMissing = ["?", "NA", "N/A", "NaN", "null"];

    /// <summary>What starts a comment line when nothing else is said.</summary>
    public static readonly string[] DefaultComments = ["#", "//"];

    /// <summary>The character between fields: null looks for comma, tab or semicolon.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first row holds the columns' names; null looks at the rows.</summary>
    public bool? Header { get; init; }

    /// <summary>What starts a comment line; an empty list means that there are none.</summary>
    public IReadOnlyList<string> Comments { get; init; } = DefaultComments;

    /// <summary>The texts that stand for a missing value.</summary>
    public IReadOnlyList<string> Missing { get; init; } = DefaultMissing;
}
