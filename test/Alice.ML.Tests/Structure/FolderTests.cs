using System.Xml.Linq;
using Alice.ML.Optimization;
using Alice.ML.Tests.Docs;
using Alice.ML.Tool;

namespace Alice.ML.Tests.Structure;

/// <summary>Folders use each other in one direction.</summary>
[TestClass]
public sealed class FolderTests
{
    /// <summary>All projects that ship, and their assemblies.</summary>
    public static IEnumerable<(string Project, string Assembly)> Projects =>
        from file in Directory.EnumerateFiles(
            Path.Combine(Snippets.Repository(), "src"), "*.csproj", SearchOption.AllDirectories)
        let name = XDocument.Load(file).Descendants("AssemblyName").FirstOrDefault()?.Value
        select (Path.GetRelativePath(Snippets.Repository(), Path.GetDirectoryName(file)!),
            name ?? Path.GetFileNameWithoutExtension(file));

    [TestMethod]
    [DynamicData(nameof(Projects))]
    public void No_folders_stand_in_a_circle(string project, string assembly) => Assert.AreEqual(
        "", string.Join(", ", FolderDependencies.Circles(project, Beside(assembly))));

    private static string Beside(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly + ".dll");

    [TestMethod]
    public void Uses_are_found_and_so_are_circles()
    {
        var tool = FolderDependencies.Of("src/Alice.ML.Tool", typeof(CommandLine).Assembly.Location);
        Assert.IsTrue(tool["Commands"].IsSupersetOf(["Shell", "Data", "Reporting"]));
        Assert.IsEmpty(tool["Shell"]);
        // Public types of it stand in another namespace than their folder's name.
        var optimizer = FolderDependencies.Of("src/Alice.ML.Optimizer", typeof(AliceOptimizer).Assembly.Location);
        Assert.Contains("Options", optimizer["Update"]);
        CollectionAssert.IsSubsetOf(new[] { "Structure/Back", "Structure/There" },
            FolderDependencies.Circles("test/Alice.ML.Tests", typeof(FolderTests).Assembly.Location));
    }
}
