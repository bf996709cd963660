using Alice.ML.Benchmarks.Report;

namespace Alice.ML.Tests.Docs;

/// <summary>Pages with measured figures say which defaults they were made with.</summary>
[TestClass]
public sealed class GeneratedPagesTests
{
    private const string Outdated = "Made with earlier defaults";

    [TestMethod]
    [DataRow("quality.md")]
    [DataRow("quality-synthetic.md")]
    [DataRow("benchmarks.md")]
    [DataRow("comparison.md")]
    [DataRow("landscape.md")]
    public void A_page_of_figures_has_the_stamp_of_the_defaults_or_says_that_they_were_others(string page)
    {
        var text = File.ReadAllText(Path.Combine(Snippets.Repository(), "docs", page));
        Assert.IsTrue(
            text.Contains($"Defaults: {Defaults.Stamp}") || text.Contains(Outdated),
            $"docs/rules.md has other numbers than when docs/{page} was made. Make the page again, or write "
            + $"'{Outdated}.' at its top. The stamp of today is {Defaults.Stamp}.");
    }

    [TestMethod]
    public void Words_may_change_and_numbers_may_not()
    {
        const string page = "# Rules\n\n| rows | steps |\n| --- | --- |\n| 1,000 | 3e-3 |\n";
        Assert.AreEqual(Defaults.StampOf(page), Defaults.StampOf(page.Replace("steps", "number of steps")));
        Assert.AreNotEqual(Defaults.StampOf(page), Defaults.StampOf(page.Replace("3e-3", "2e-3")));
        Assert.AreNotEqual(Defaults.StampOf(page), Defaults.StampOf(page.Replace("1,000", "2,000")));
    }
}
