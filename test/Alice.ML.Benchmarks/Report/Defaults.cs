using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Alice.ML.Benchmarks.Report;

/// <summary>Which defaults a generated page was made with: a hash of the numbers in the tables of
/// docs/rules.md.</summary>
internal static partial class Defaults
{
    private const int Length = 8;

    /// <summary>The hash of the rules that this program was built with.</summary>
    public static string Stamp { get; } = StampOf(Rules());

    /// <summary>The hash of the numbers in the tables of a page; words may change.</summary>
    public static string StampOf(string page)
    {
        var rows = page.ReplaceLineEndings("\n").Split('\n').Where(line => line.StartsWith('|'));
        var numbers = string.Join(' ', rows.SelectMany(row => Number().Matches(row)).Select(match => match.Value));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(numbers)))[..Length];
    }

    private static string Rules()
    {
        using var stream = typeof(Defaults).Assembly.GetManifestResourceStream("rules.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\d+([.,/]\d+)*(e-?\d+)?")]
    private static partial Regex Number();
}
