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
    public static void AssertShown(string page, string region, [CallerFilePath] string test = "")
    {
        var lines = File.ReadAllLines(test);
        var start = Array.FindIndex(lines, l => l.Trim() == $"// <{region}>") + 1;
        var end = Array.FindIndex(lines, l => l.Trim() == $"// </{region}>");
        var code = string.Join('\n', lines[start..end].Select(l => l.Length > Indentation ? l[Indentation..] : ""));
        var text = File.ReadAllText(Path.Combine(Repository(), page)).ReplaceLineEndings("\n");
        StringAssert.Contains(text, "```csharp\n" + code + "\n```", page);
    }

    public static string Repository([CallerFilePath] string thisFile = "")
    {
        var folder = Path.GetDirectoryName(thisFile)!;
        while (!File.Exists(Path.Combine(folder, "Alice.ML.sln")))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
