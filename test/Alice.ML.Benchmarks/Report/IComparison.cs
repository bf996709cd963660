namespace Alice.ML.Benchmarks.Report;

/// <summary>A section of the report: something of ours measured beside something to be compared with.</summary>
internal interface IComparison
{
    /// <summary>What --only calls it.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>What is compared with what, and how, for the reader of the report.</summary>
    string Explanation { get; }

    /// <summary>Headings of the three columns after the case: ours, the other, their ratio.</summary>
    Headings Headings { get; }

    IEnumerable<Result> Run(ReportSettings settings);
}

/// <param name="Ours">What the first figure of a row is.</param>
/// <param name="Other">What it is compared with.</param>
/// <param name="Ratio">The quotient, in words.</param>
internal sealed record Headings(string Ours, string Other, string Ratio);

/// <summary>A row of a section.</summary>
/// <param name="Case">What was measured.</param>
/// <param name="Ours">Our figure, with its unit.</param>
/// <param name="Other">The other figure, with its unit; empty where there is none.</param>
/// <param name="Ratio">The quotient with its spread; empty where there is none.</param>
/// <param name="Bar">The bar; null where the row is for orientation only.</param>
internal sealed record Result(string Case, string Ours, string Other = "", string Ratio = "", Bar? Bar = null);

/// <summary>A bar of issue 4, and whether it was met.</summary>
internal sealed record Bar(string Text, bool IsMet)
{
    public static Bar AtMost(double limit, double value, string shown = "") =>
        new($"≤ {Shown(limit, shown)}", value <= limit);

    public static Bar AtLeast(double limit, double value, string shown = "") =>
        new($"≥ {Shown(limit, shown)}", value >= limit);

    private static string Shown(double limit, string shown) => shown == "" ? Figures.Number(limit) : shown;
}

/// <summary>What was asked for on the command line.</summary>
/// <param name="Quick">Fewer rounds and no case that takes minutes.</param>
/// <param name="DataFolder">Folder with taxi-fare-train.csv and taxi-fare-test.csv; null: synthetic rows of the same
/// shape.</param>
internal sealed record ReportSettings(bool Quick, string? DataFolder)
{
    /// <summary>Rounds of a comparison: an odd number, five at least.</summary>
    public int Rounds => Quick ? 5 : 9;

    /// <summary>Rounds of a comparison of which one round takes seconds.</summary>
    public int LongRounds => 5;
}
