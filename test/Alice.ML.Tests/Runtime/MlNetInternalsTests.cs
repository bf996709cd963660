using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Alice.ML.Tests.Runtime;

/// <summary>What Alice.ML uses of ML.NET without a promise that it stays, read from our assemblies: whatever they refer
/// to must be in the Microsoft.ML of this build. See docs/mlnet-internals.md.</summary>
[TestClass]
public sealed partial class MlNetInternalsTests
{
    private const string Remedy = "docs/mlnet-internals.md says what to do";

    public static IEnumerable<object[]> Assemblies =>
        new[] { "Alice.ML.Models", "Alice.ML", "Alice.ML.Landscape", "alice" }.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Assemblies))]
    public void Everything_that_an_assembly_uses_of_ML_NET_is_still_there(string assembly)
    {
        using var code = new UsedOfMlNet(assembly);
        Assert.IsNotEmpty(code.References);
        Assert.IsEmpty(code.References.Where(reference => UsedOfMlNet.Find(reference) is null)
            .Select(reference => $"{reference.FullName} is gone: {Remedy}"));
    }

    [TestMethod]
    [DynamicData(nameof(Assemblies))]
    public void Internals_are_only_of_assemblies_whose_access_checks_are_ignored(string assembly)
    {
        using var code = new UsedOfMlNet(assembly);
        var ignored = code.Module.Assembly.CustomAttributes
            .Where(attribute => attribute.AttributeType.Name == nameof(IgnoresAccessChecksToAttribute))
            .Select(attribute => (string)attribute.ConstructorArguments[0].Value).ToHashSet();
        var internals = code.References.Select(reference => (reference, Member: UsedOfMlNet.Find(reference)!))
            .Where(used => UsedOfMlNet.IsInternal(used.Member)).ToArray();
        if (assembly is "Alice.ML" or "Alice.ML.Models")
            Assert.IsNotEmpty(internals);
        Assert.IsEmpty(internals.Where(used => !ignored.Contains(UsedOfMlNet.AssemblyOf(used.Member)))
            .Select(used => used.reference.FullName));
    }

    /// <summary>The page has the whole list, so that who moves to a new ML.NET sees what to look for.</summary>
    [TestMethod]
    public void The_page_lists_every_internal_type_and_its_members()
    {
        var expected = Assemblies.SelectMany(row =>
        {
            using var code = new UsedOfMlNet((string)row[0]);
            return code.References.Select(reference => UsedOfMlNet.Find(reference)!).Where(UsedOfMlNet.IsInternal)
                .Select(UsedOfMlNet.Describe).ToArray();
        }).GroupBy(member => member.Type, member => member.Name)
            .Select(type => (type.Key, Members: string.Join(", ", type.Where(name => name != "")
                .Select(name => $"`{name}`").Distinct().Order(StringComparer.Ordinal))))
            .OrderBy(type => type.Key, StringComparer.Ordinal)
            .Select(type => $"| `{Arity().Replace(type.Key, "<>")}` | "
                + $"{(type.Members == "" ? "the type alone" : type.Members)} |").ToArray();
        var page = File.ReadAllLines(Path.Combine(Docs.Snippets.Repository(), "docs", "mlnet-internals.md"));
        var shown = page.SkipWhile(line => line != "| type | members |").Skip(2)
            .TakeWhile(line => line.StartsWith('|'));
        Assert.AreEqual(string.Join('\n', expected), string.Join('\n', shown), "the right list is the expected one");
    }

    [GeneratedRegex("`[0-9]")]
    private static partial Regex Arity();
}
