using Alice.ML.Benchmarks.Pages;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Docs;

/// <summary>Pages with measured figures are of today's defaults.</summary>
[TestClass]
public sealed class GeneratedPagesTests
{
    [TestMethod]
    [DataRow("quality.md")]
    [DataRow("quality-synthetic.md")]
    [DataRow("benchmarks.md")]
    [DataRow("comparison.md")]
    [DataRow("landscape.md")]
    public void A_page_of_figures_has_the_stamp_of_the_defaults(string page)
    {
        var text = File.ReadAllText(Path.Combine(Docs(), page));
        Assert.MatchesRegex($"Defaults: {Defaults.Stamp}", text,
            $"docs/rules.md has other numbers than when docs/{page} was made: make the page again by the command that "
            + $"it names. The stamp of today is {Defaults.Stamp}.");
    }

    [TestMethod]
    public void Commands_find_their_blocks_in_the_pages_and_write_nothing_else()
    {
        foreach (var (name, blocks) in new[] { (ComparisonPage.File, ComparisonPage.Blocks),
            (LandscapePage.File, LandscapePage.Blocks) })
        {
            _ = new MadePage(Docs(), name, blocks);
            StringAssert.Contains(
                Assert.ThrowsExactly<UserException>(() => new MadePage(Docs(), name, [.. blocks, "more"])).Message,
                "<!-- made: NAME -->");
        }
        const string page =
            "Prose.\n\n<!-- made: a -->\nold\n<!-- end: a -->\n\nMore.\n<!-- made: b -->\n<!-- end: b -->\n";
        CollectionAssert.AreEqual(new[] { "a", "b" }, MadePage.BlocksOf(page).ToArray());
        Assert.AreEqual(page.Replace("old", "| $1 | new |"), MadePage.Filled(page, "a", "| $1 | new |\n"));
    }

    [TestMethod]
    public void Words_may_change_and_numbers_may_not()
    {
        const string page = "# Rules\n\n| rows | steps |\n| --- | --- |\n| 1,000 | 3e-3 |\n";
        Assert.AreEqual(Defaults.StampOf(page), Defaults.StampOf(page.Replace("steps", "number of steps")));
        Assert.AreNotEqual(Defaults.StampOf(page), Defaults.StampOf(page.Replace("3e-3", "2e-3")));
        Assert.AreNotEqual(Defaults.StampOf(page), Defaults.StampOf(page.Replace("1,000", "2,000")));
    }

    private static string Docs() => Path.Combine(Snippets.Repository(), "docs");
}
