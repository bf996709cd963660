using System.Runtime.CompilerServices;

namespace Alice.ML.Tests.Docs;

/// <summary>Code on a page of the documentation that is also code of a test, which compiles it and runs it.</summary>
internal static class Snippets
{
    private const int Indentation = 8;

    /// <summary>
    /// The page shows the lines of the test between <c>// &lt;region&gt;</c> and <c>// &lt;/region&gt;</c>.
    /// </summary>
    /// <param name="page">Its path in the repository.</param>
    /// <param name="region">The name of the region.</param>
    /// <param name="test">The file that calls.</param>
    public static void AssertShown(string page, string region, [CallerFilePath] string test = "") =>
        StringAssert.Contains(Text(page), "```csharp\n" + Code(region, test) + "\n```", page);

    /// <summary>The page shows these lines, perhaps among others.</summary>
    /// <inheritdoc cref="AssertShown"/>
    public static void AssertPart(string page, string region, [CallerFilePath] string test = "") =>
        StringAssert.Contains(Text(page), "\n" + Code(region, test) + "\n", page);

    private static string Code(string region, string test)
    {
        var lines = File.ReadAllLines(test);
        var start = Array.FindIndex(lines, l => l.Trim() == $"// <{region}>") + 1;
        var end = Array.FindIndex(lines, l => l.Trim() == $"// </{region}>");
        return string.Join('\n', lines[start..end].Select(l => l.Length > Indentation ? l[Indentation..] : ""));
    }

    private static string Text(string page) =>
        File.ReadAllText(Path.Combine(Repository(), page)).ReplaceLineEndings("\n");

    public static string Repository([CallerFilePath] string thisFile = "")
    {
        var folder = Path.GetDirectoryName(thisFile)!;
        while (!File.Exists(Path.Combine(folder, "Alice.ML.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
