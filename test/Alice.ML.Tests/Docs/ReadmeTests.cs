using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML;

namespace Alice.ML.Tests.Docs;

/// <summary>The programs in README.md and docs/get-started.md are those that the clean-room check runs.</summary>
[TestClass]
public sealed partial class ReadmeTests
{
    private const int MostWords = 700;

    [TestMethod]
    [DataRow("README.md", "app.cs")]
    [DataRow("docs/get-started.md", "train.cs")]
    [DataRow("docs/get-started.md", "service.cs")]
    public void A_page_shows_a_program_of_the_clean_room(string page, string program)
    {
        var code = Read(Path.Combine("build", "clean-room", program)).TrimEnd();
        StringAssert.Contains(Read(page), "```csharp\n" + code + "\n```", $"{page} differs from {program}");
    }

    [TestMethod]
    [DataRow("app.cs")]
    [DataRow("train.cs")]
    [DataRow("service.cs")]
    public void A_program_names_the_versions_of_today(string program)
    {
        var code = Read(Path.Combine("build", "clean-room", program));
        foreach (Match package in Package().Matches(code))
            Assert.AreEqual(
                package.Groups["name"].Value.StartsWith("Alice", StringComparison.Ordinal)
                    ? Property("Directory.Build.props", "Version")
                    : Property("Directory.Packages.props", "TorchSharpVersion"),
                package.Groups["version"].Value, package.Groups["name"].Value);
    }

    [TestMethod]
    public void README_is_read_in_three_minutes() =>
        Assert.IsLessThan(
            MostWords, Read("README.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);

    [TestMethod]
    public void The_program_predicts_about_as_well_as_it_expects()
    {
        var random = new Random(1);
        var houses = Enumerable.Range(0, 1000).Select(_ => new House(random)).ToList();
        // <app>
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadFromEnumerable(houses);
        var split = ml.Data.TrainTestSplit(data, testFraction: 0.2);

        var pipeline = ml.Transforms.Categorical.OneHotEncoding("District")
            .Append(ml.Transforms.Concatenate("Features", "Size", "Rooms", "District"))
            .Append(ml.Regression.Trainers.Alice(labelColumnName: "Price"));
        var model = pipeline.Fit(split.TrainSet);

        var expected = model.LastTransformer.Model.TrainingSummary!.Estimate!.RootMeanSquaredError!.Value;
        var metrics = ml.Regression.Evaluate(model.Transform(split.TestSet), labelColumnName: "Price");
        // </app>
        Assert.IsGreaterThan(0.95, metrics.RSquared);
        Assert.IsInRange(0.5, 2, expected.Value / metrics.RootMeanSquaredError);
        Snippets.AssertPart("README.md", "app");
    }

    private static string Read(string path) =>
        File.ReadAllText(Path.Combine(Snippets.Repository(), path)).ReplaceLineEndings("\n");

    private static string Property(string file, string name) =>
        XDocument.Parse(Read(file)).Descendants(name).Single().Value;

    [GeneratedRegex(@"^#:package (?<name>\S+)@(?<version>\S+)$", RegexOptions.Multiline)]
    private static partial Regex Package();

    private sealed class House(Random random)
    {
        public float Size { get; } = random.Next(40, 250);

        public float Rooms { get; } = random.Next(1, 8);

        public string District { get; } = random.Next(2) == 0 ? "north" : "south";

        public float Price => (District == "north" ? 3 : 2) * Size + 15 * Rooms + 20 * random.NextSingle();
    }
}
