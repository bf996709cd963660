using System.Runtime.InteropServices;
using Alice.ML.Samples;
using Alice.ML.Samples.Start;
using Alice.ML.Tests.Docs;
using Alice.ML.Tests.Tool;

namespace Alice.ML.Tests.Samples;

/// <summary>Each sample runs and learns what it says.</summary>
[TestClass]
public sealed class SamplesTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public void CsvToModel_explains_the_rent_and_predicts_it_from_the_saved_model()
    {
        var output = new StringWriter();
        Assert.IsGreaterThan(0.98, CsvToModel.Run(_folder.PathOf(""), output));
        // 80 m² at 10 each and two floors at 20 are 840; a flat's own part is up to 50.
        Assert.AreEqual(840, double.Parse(output.ToString().TrimEnd().Split(' ')[^1]), 40);
    }

    [TestMethod]
    public async Task CsvToModel_keeps_its_files_in_the_folder_that_is_named()
    {
        var folder = _folder.PathOf("kept");
        var code = await SampleCommands.RunAsync(
            ["CsvToModel", "--folder", folder], TextWriter.Null, TextWriter.Null);
        Assert.AreEqual(0, code);
        Assert.IsTrue(File.Exists(Path.Combine(folder, "flats.csv")));
        Assert.IsTrue(File.Exists(Path.Combine(folder, "flats.zip")));
    }

    [TestMethod]
    public void Classes_are_told_apart()
    {
        var output = new StringWriter();
        Assert.IsGreaterThan(0.95, Classes.Run(output));
        StringAssert.Contains(output.ToString(), "a flower of 4.2 by 1.3 cm is middle:");
    }

    [TestMethod]
    public void One_model_of_three_labels_is_about_as_good_as_three_models()
    {
        var output = new StringWriter();
        var (errors, _) = SeveralLabels.Run(output, rows: 600);
        // Few readings: chance is larger than the few percent of docs/multioutput.md.
        Assert.IsTrue(errors.All(ratio => ratio < 1.25), output.ToString());
        StringAssert.Contains(output.ToString(), "stretched, the hand is at 1.");
    }

    [TestMethod]
    public void Text_tells_praise_from_complaint_also_where_a_word_is_misspelt()
    {
        var output = new StringWriter();
        // One review in twenty means the opposite of its words: no model comes to 1.
        Assert.IsInRange(0.85, 0.99, Text.Run(output));
        var shares = output.ToString()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(l => int.Parse(l.Split(' ')[^2])).ToArray();
        Assert.IsGreaterThan(80, shares[0], output.ToString());
        Assert.IsLessThan(20, shares[1], output.ToString());
    }

    [TestMethod]
    public void Quantiles_hold_about_as_many_rows_as_they_say() =>
        Assert.IsInRange(0.83, 0.96, Quantiles.Run(TextWriter.Null));

    [TestMethod]
    public void OwnModule_tells_upright_bars_from_level_ones() =>
        Assert.IsGreaterThan(0.95, OwnModule.Run(TextWriter.Null));

    [TestMethod]
    public void LargeTables_learns_the_fare_from_a_file_and_from_a_database()
    {
        var (parquet, database) = LargeTables.Run(_folder.PathOf(""), TextWriter.Null, rows: 3000);
        Assert.IsGreaterThan(0.99, parquet);
        // The same rows in the same order.
        Assert.AreEqual(parquet, database, 1e-6);
        Assert.HasCount(1, Directory.GetFiles(_folder.PathOf("")));
    }

    [TestMethod]
    public void Onnx_Runtime_gives_the_score_of_ML_NET() =>
        Assert.IsLessThan(1e-5, Onnx.Run(_folder.PathOf(""), TextWriter.Null));

    [TestMethod]
    public async Task The_robot_arm_needs_no_file_and_saves_a_model_a_picture_and_a_report()
    {
        var (model, picture) = (_folder.PathOf("model.zip"), _folder.PathOf("curve.png"));
        var report = _folder.PathOf("report.html");
        var result = await Run("--rows", "600", "--epochs", "10", "--save", model, "--plot", picture, "--report",
            report);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        string[] expected = ["450 readings train, 150 test", "Alice", "linear regression (SDCA)", "test RMSE",
            $"Loaded {model} again"];
        foreach (var text in expected)
            StringAssert.Contains(result.Output, text);
        // In the table, or in a note where its package has no library for the platform.
        if (RobotArm.HasLightGbm)
            StringAssert.Contains(result.Output, "LightGBM");
        else
            StringAssert.Contains(result.Error, RobotArmCommand.NoLightGbm);
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
            Assert.IsTrue(RobotArm.HasLightGbm);
        Assert.IsTrue(File.Exists(model));
        CollectionAssert.AreEqual("PNG"u8.ToArray(), File.ReadAllBytes(picture)[1..4]);
        StringAssert.Contains(File.ReadAllText(report), "150 test rows");
    }

    [TestMethod]
    public async Task A_name_picks_a_sample_and_a_command_is_the_tools()
    {
        var sample = await Run("OwnModule");
        Assert.AreEqual(0, sample.ExitCode, sample.Error);
        StringAssert.Contains(sample.Output, "are told right");
        var command = await Run("train", _folder.PathOf("none.csv"), "--label", "y");
        Assert.AreEqual((1, $"error: {_folder.PathOf("none.csv")} does not exist\n"),
            (command.ExitCode, command.Error));
        var wrong = await Run("--rows", "3");
        Assert.AreEqual(2, wrong.ExitCode);
        StringAssert.StartsWith(wrong.Error, "error: --rows 3: give a whole number of at least 20\n");
    }

    [TestMethod]
    public void Each_sample_is_short_and_needs_no_part_of_the_tool()
    {
        var folder = Path.Combine(Snippets.Repository(), "src", "Alice.ML.Samples");
        foreach (var file in Directory.GetFiles(folder, "*.cs").Where(f => Path.GetFileName(f) != "Program.cs"))
        {
            var lines = File.ReadAllLines(file);
            Assert.IsLessThan(90, lines.Length, file);
            Assert.IsFalse(lines.Any(l => l.Contains("Alice.ML.Tool")), file);
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> Run(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        return (await SampleCommands.RunAsync(args, output, error), output.ToString(), error.ToString());
    }
}
