using Alice.ML.Landscape;
using Alice.ML.Samples.Start;
using Alice.ML.Tool;

namespace Alice.ML.Tests.Structure;

/// <summary>Folders use each other in one direction.</summary>
[TestClass]
public sealed class FolderTests
{
    [TestMethod]
    [DataRow(typeof(CommandLine))]
    [DataRow(typeof(SampleCommands))]
    [DataRow(typeof(AliceLandscape))]
    public void No_folders_stand_in_a_circle(Type inAssembly) =>
        Assert.AreEqual("", string.Join(", ", FolderDependencies.Circles(inAssembly.Assembly.Location)));

    [TestMethod]
    public void Uses_are_found_and_so_are_circles()
    {
        var tool = FolderDependencies.Of(typeof(CommandLine).Assembly.Location);
        Assert.IsTrue(tool["Alice.ML.Tool.Commands"].IsSupersetOf(
            ["Alice.ML.Tool.Shell", "Alice.ML.Tool.Data", "Alice.ML.Tool.Reporting"]));
        Assert.IsEmpty(tool["Alice.ML.Tool.Shell"]);
        CollectionAssert.IsSubsetOf(new[] { "Alice.ML.Tests.Structure.There", "Alice.ML.Tests.Structure.Back" },
            FolderDependencies.Circles(typeof(FolderTests).Assembly.Location));
    }
}
