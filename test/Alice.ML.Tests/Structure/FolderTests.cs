using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Mpi;
using Alice.ML.Optimization;
using Alice.ML.Samples.Start;
using Alice.ML.Tool;
using Alice.ML.Trainers;

namespace Alice.ML.Tests.Structure;

/// <summary>Folders use each other in one direction.</summary>
[TestClass]
public sealed class FolderTests
{
    [TestMethod]
    [DataRow("src/Alice.ML", typeof(AliceRegressionTrainer))]
    [DataRow("src/Alice.ML.Landscape", typeof(AliceLandscape))]
    [DataRow("src/Alice.ML.Mpi", typeof(MpiCommunicator))]
    [DataRow("src/Alice.ML.Optimizer", typeof(AliceOptimizer))]
    [DataRow("src/Alice.ML.Samples", typeof(SampleCommands))]
    [DataRow("src/Alice.ML.Tool", typeof(CommandLine))]
    public void No_folders_stand_in_a_circle(string project, Type inAssembly) => Assert.AreEqual(
        "", string.Join(", ", FolderDependencies.Circles(project, inAssembly.Assembly.Location)));

    /// <summary>What is left in Alice.ML.Models: its networks lie beside the model that is ML.NET's, and both are used
    /// by what writes ONNX and what explains.</summary>
    [TestMethod]
    public void No_further_folder_of_the_models_stands_in_their_circle() => Assert.AreEqual(
        "., Explaining, Onnx",
        string.Join(", ", FolderDependencies.Circles("src/Alice.ML.Models", typeof(DenseNetwork).Assembly.Location)));

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
