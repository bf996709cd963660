using System.Text.RegularExpressions;
using Alice.ML.Benchmarks.Report;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Benchmarks.Pages;

/// <summary>A page of docs whose figures a command writes between marks. The prose around them is written by
/// hand.</summary>
internal sealed partial class MadePage
{
    /// <summary>The block that says how, where and with what the page was made.</summary>
    public const string Header = "header";

    private readonly string _path;
    private readonly List<(string Name, string Text)> _blocks = [];

    /// <summary>Reads the page.</summary>
    /// <param name="folder">The folder of docs.</param>
    /// <param name="name">The file.</param>
    /// <param name="blocks">The blocks that the command will write, beside the header.</param>
    /// <exception cref="UserException">The page does not exist, or has other blocks. Said before the work that fills
    /// them.</exception>
    public MadePage(string folder, string name, IReadOnlyCollection<string> blocks)
    {
        _path = Path.Combine(folder, name);
        if (!File.Exists(_path))
            throw new UserException($"{_path} does not exist; give the folder of {name} with --docs");
        var (expected, found) =
            (blocks.Prepend(Header).Order().ToList(), BlocksOf(File.ReadAllText(_path)).Order().ToList());
        if (!expected.SequenceEqual(found))
            throw new UserException($"{_path} has the blocks {string.Join(", ", found)}, but the command writes "
                + $"{string.Join(", ", expected)}; mend the lines '<!-- made: NAME -->' and '<!-- end: NAME -->'");
    }

    /// <summary>The names of a page's blocks.</summary>
    public static IReadOnlyList<string> BlocksOf(string page) =>
        [.. Block().Matches(page).Select(match => match.Groups["name"].Value)];

    /// <summary>Sets the text of a block.</summary>
    public void Set(string block, string markdown) => _blocks.Add((block, markdown));

    /// <summary>A page with another text in one of its blocks.</summary>
    public static string Filled(string page, string block, string markdown) => Block().Replace(page, match =>
        match.Groups["name"].Value != block ? match.Value
            : $"<!-- made: {block} -->\n{markdown.ReplaceLineEndings("\n").Trim('\n')}\n<!-- end: {block} -->");

    /// <summary>Writes the page, with its header.</summary>
    /// <param name="verb">The command of the benchmarks.</param>
    /// <param name="machine">What <see cref="Machine.Describe"/> said before the work.</param>
    public void Save(string verb, IEnumerable<(string Name, string Value)> machine)
    {
        Set(Header, $"Tables and pictures are made by `dotnet run -c Release --project test/Alice.ML.Benchmarks -- "
            + $"{verb} --data FOLDER`.\n\n{string.Join("; ", machine.Select(m => $"{m.Name}: {m.Value}"))}.");
        // Read again: someone may have edited the prose during the work.
        File.WriteAllText(
            _path, _blocks.Aggregate(File.ReadAllText(_path), (page, block) => Filled(page, block.Name, block.Text)));
        Console.Error.WriteLine($"Wrote {_path}.");
    }

    [GeneratedRegex(@"<!-- made: (?<name>[\w-]+) -->\n.*?<!-- end: \k<name> -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
