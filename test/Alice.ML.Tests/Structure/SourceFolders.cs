using System.Text.RegularExpressions;
using Alice.ML.Tests.Docs;
using Mono.Cecil;

namespace Alice.ML.Tests.Structure;

/// <summary>The folder of a project that each of its types is declared in. Public types stand in the namespace that
/// people use, so it is not their namespace that tells.</summary>
internal sealed partial class SourceFolders
{
    /// <summary>The folder of files beside the project file.</summary>
    public const string Root = ".";

    private readonly Dictionary<(string Namespace, string Name), string> _folders = [];

    /// <param name="project">The project's folder in the repository.</param>
    public SourceFolders(string project)
    {
        var root = Path.Combine(Snippets.Repository(), project);
        foreach (var file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            var folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('\\', '/');
            if (folder.Split('/') is ["obj" or "bin", ..])
                continue;
            var code = File.ReadAllText(file);
            foreach (Match type in Declaration().Matches(code))
                // Parts of one type may lie in several folders; the last is as good as any.
                _folders[(Namespace().Match(code).Groups["name"].Value, type.Groups["name"].Value)] = folder;
        }
    }

    /// <summary>Where the type, or the one around it, is declared; null for a type of another project, and for one that
    /// the compiler or a generator made.</summary>
    public string? Of(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return _folders.GetValueOrDefault((type.Namespace, type.Name.Split('`')[0]));
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^[a-z][ \w]*\b(class|struct|record|interface|enum|delegate [\w<>\[\]?.]+) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
