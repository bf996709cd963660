using Alice.ML.Benchmarks.Pages;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Tool.Comparing;

namespace Alice.ML.Tests.Benchmarks;

/// <summary>The tables that the command 'comparison' writes.</summary>
[TestClass]
public sealed class PageTablesTests
{
    [TestMethod]
    public void The_lowest_error_is_bold_and_ends_that_are_not_reached_are_said()
    {
        var standings = new Standings([Of("slow", 4, 3), Of("fast", 2, 1), Of("middle", 3, 2)], [], "RMSE");
        Assert.AreEqual("""
            |  | t, RMSE | gradients | seconds |
            | --- | --- | --- | --- |
            | slow | 4.00 ± 0.00 | never | never |
            | fast | **2.00 ± 0.00** | 10 | 1.00 |
            | middle | 3.00 ± 0.00 | 20 | 2.00 |

            """.ReplaceLineEndings("\n"), ComparisonPage.ErrorTable([("t", standings)]));
        Assert.AreEqual("""
            |  |  | 0.1 × | 0.3 × | 1 × | 3 × | 10 × |
            | --- | --- | --- | --- | --- | --- | --- |
            | t, RMSE | slow | 4.00 | 4.00 | 4.00 | 4.00 | diverged |
            |  | fast | **2.00** | **2.00** | **2.00** | **2.00** | diverged |
            |  | middle | 3.00 | 3.00 | 3.00 | 3.00 | diverged |

            """.ReplaceLineEndings("\n"), ComparisonPage.StabilityTable([("t", standings)]));
        StringAssert.StartsWith(standings.Verdict(), "Lowest test error: fast; within two standard errors of it: none. "
            + "Fewest gradients to a validation error of 2: fast; least time: fast.");
    }

    [TestMethod]
    [DataRow(5.9, "5.90")]
    [DataRow(11.68, "11.7")]
    [DataRow(815.2, "815")]
    [DataRow(0.0117, "0.0117")]
    [DataRow(1.6e-5, "1.6e-5")]
    [DataRow(0.0, "0.00")]
    public void Numbers_of_a_column_have_three_digits(double value, string text) =>
        Assert.AreEqual(text, Figures.Digits(value));

    // Validation errors end at last; the first epoch is already there for the fast one.
    private static Standing Of(string name, double test, double last)
    {
        ComparisonResult[] Runs(double error) => [.. Enumerable.Range(1, 2).Select(seed => new ComparisonResult(name, 1,
            seed, [new(1, last == 1 ? 1 : 9, 10, 1), new(1, last, 20, 2)], last, error))];
        return new(name, [Runs(test), Runs(test), Runs(test), Runs(test), Runs(double.PositiveInfinity)]);
    }
}
