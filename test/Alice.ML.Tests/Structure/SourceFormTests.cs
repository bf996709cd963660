using Alice.ML.Tests.Docs;

namespace Alice.ML.Tests.Structure;

/// <summary>Sources fit beside each other on a screen.</summary>
[TestClass]
public sealed class SourceFormTests
{
    private const int Columns = 120;

    [TestMethod]
    public void No_line_is_longer_than_120_characters()
    {
        string[] folders = ["src", "test", "build"];
        var files = folders.SelectMany(folder => Directory.EnumerateFiles(
            Path.Combine(Snippets.Repository(), folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")).ToArray();
        Assert.IsGreaterThan(300, files.Length);
        Assert.AreEqual("", string.Join('\n', files.SelectMany(TooLong)));
    }

    /// <summary>References of documentation comments cannot be broken.</summary>
    private static IEnumerable<string> TooLong(string file) =>
        from line in File.ReadLines(file).Index()
        where line.Item.Length > Columns && !line.Item.Contains("cref=", StringComparison.Ordinal)
        select $"{Path.GetFileName(file)}:{line.Index + 1}: {line.Item.Length} characters";
}
