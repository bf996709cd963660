using System.Text.RegularExpressions;

namespace Alice.ML.Tests.Docs;

/// <summary>Pages have American spelling, as CONTRIBUTING.md asks.</summary>
[TestClass]
public sealed partial class SpellingTests
{
    [TestMethod]
    public void Pages_have_American_spelling()
    {
        var root = Snippets.Repository();
        var found = Directory.GetFiles(root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories))
            .SelectMany(page => British().Matches(File.ReadAllText(page))
                .Select(word => $"{Path.GetRelativePath(root, page)}: {word.Value}")).ToList();
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    [GeneratedRegex(
        @"\b\w*(standardis|minimis|maximis|regularis|normalis|initialis|generalis|randomis|optimis(e|ation)"
        + @"|featuris|neighbour|colour|favour|behaviour|licence|judgement|labelled)\w*", RegexOptions.IgnoreCase)]
    private static partial Regex British();
}
