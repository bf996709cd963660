using System.Text.RegularExpressions;

namespace Alice.ML.Tests.Docs;

/// <summary>Links of README and of every page lead to files and headings that are there.</summary>
[TestClass]
public sealed partial class LinksTests
{
    [TestMethod]
    public void Links_lead_to_files_and_headings_of_this_repository()
    {
        var broken = Pages().SelectMany(page => Broken(page, File.ReadAllText(page))).ToList();
        Assert.IsEmpty(broken, string.Join('\n', broken));
    }

    [TestMethod]
    public void Every_page_is_in_the_index()
    {
        var index = File.ReadAllText(Path.Combine(Snippets.Repository(), "docs", "README.md"));
        var missing = Directory.GetFiles(Path.Combine(Snippets.Repository(), "docs"), "*.md").Select(Path.GetFileName)
            .Where(name => name != "README.md" && !index.Contains($"]({name})")).ToList();
        Assert.IsEmpty(missing, string.Join(", ", missing!));
    }

    [TestMethod]
    public void A_missing_file_and_a_missing_heading_are_found()
    {
        var page = Path.Combine(Snippets.Repository(), "README.md");
        var broken = Broken(page, "[a](nowhere.md) [b](#nowhere) ![c](docs/none.png) [d](docs/README.md#nowhere)\n");
        Assert.HasCount(4, broken.ToList());
        Assert.IsEmpty(Broken(page, "# Some `words`, here\n[a](LICENSE) [b](#some-words-here) [c](https://x.org)\n"));
        Assert.IsEmpty(Broken(page, "```\n[a](nowhere.md)\n```\n`[a](nowhere.md)`\n"));
    }

    private static IEnumerable<string> Pages() =>
    [
        .. Directory.GetFiles(Snippets.Repository(), "*.md"),
        .. Directory.GetFiles(Path.Combine(Snippets.Repository(), "docs"), "*.md", SearchOption.AllDirectories),
    ];

    private static IEnumerable<string> Broken(string page, string text)
    {
        var name = Path.GetRelativePath(Snippets.Repository(), page);
        foreach (Match link in Link().Matches(Code().Replace(text, "")))
        {
            var target = link.Groups["target"].Value;
            if (target.Contains("://"))
                continue;
            var (path, heading) = target.Split('#', 2) is [var file, var anchor] ? (file, anchor) : (target, null);
            var full = path == "" ? page : Path.Combine(Path.GetDirectoryName(page)!, path);
            if (!File.Exists(full) && !Directory.Exists(full))
                yield return $"{name}: there is no {target}";
            else if (heading is not null && !Headings(path == "" ? text : File.ReadAllText(full)).Contains(heading))
                yield return $"{name}: there is no heading {target}";
        }
    }

    /// <summary>The anchors that GitHub makes of headings.</summary>
    private static HashSet<string> Headings(string text) =>
    [
        .. Heading().Matches(Fence().Replace(text, "")).Select(match => string.Concat(
            match.Groups["title"].Value.Trim().ToLowerInvariant()
                .Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c))),
    ];

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)|(src|srcset)=""(?<target>[^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```|`[^`\n]*`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^#+ (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
