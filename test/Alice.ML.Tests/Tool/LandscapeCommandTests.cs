using System.Globalization;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class LandscapeCommandTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task Landscape_prints_a_table_for_each_activation_and_writes_pictures_and_numbers()
    {
        var prefix = _folder.PathOf("l");
        var result = await Run("landscape", Curves(300), "--label", "y", "--hidden", "16", "--epochs", "40",
            "--directions", "2",
            "--rows", "64", "--out", prefix);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        foreach (
            var text in new[] { "ReLU: loss", "GELU: loss", "hidden 1", "output", "total", "smooth", "Along the step" })
            StringAssert.Contains(result.Output, text);
        foreach (var name in new[] { "variation", "line", "deviation" })
            CollectionAssert.AreEqual("PNG"u8.ToArray(), File.ReadAllBytes($"{prefix}-{name}.png")[1..4]);
        // Two networks of two layers and the total, at 13 distances; 41 points along two lines.
        Assert.HasCount(1 + 2 * 3 * 13, File.ReadAllLines(prefix + "-variation.csv"));
        Assert.HasCount(1 + 2 * 41, File.ReadAllLines(prefix + "-line.csv"));
    }

    [TestMethod]
    public async Task Prune_compares_the_orders_and_saves_a_smaller_model_that_evaluates()
    {
        var (data, model, small) = (Curves(300), _folder.PathOf("model.zip"), _folder.PathOf("small.zip"));
        var prefix = _folder.PathOf("p");
        Assert.AreEqual(
            0, (await Run("train", data, "--label", "y", "--hidden", "16", "--epochs", "60", "--networks", "1",
            "--encoding", "None", "--weight-decay", "0", "--save", model)).ExitCode);
        var result = await Run("prune", model, data, "--rounds", "2", "--directions", "16", "--out", prefix, "--save",
            small,
            "--fraction", "0.2");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.Contains(result.Error, "model without 10 of its 48 weights");
        var rows = File.ReadAllLines(prefix + ".csv").Skip(1).Select(line => line.Split(',')).ToArray();
        Assert.HasCount(4 * 11, rows);
        double ErrorSum(string order) =>
            rows.Where(row => row[0] == order).Sum(row => double.Parse(row[2], CultureInfo.InvariantCulture));
        Assert.IsLessThan(ErrorSum("at random"), ErrorSum("by predicted loss"));
        Assert.IsTrue(File.Exists(prefix + ".png"));
        StringAssert.StartsWith((await Run("evaluate", small, data)).Output, "test rows: 300\ntest RMSE: ");
    }

    [TestMethod]
    public async Task Compare_gives_every_optimizer_the_same_starts_and_states_who_wins()
    {
        var prefix = _folder.PathOf("c");
        var result = await Run("compare", Curves(200), "--label", "y", "--units", "8", "--epochs", "2", "--seeds", "2",
            "--out", prefix);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        foreach (var text in new[
            ] { "Alice, glass only", "Alice, both, rms", "Adam", "SGD", "AdaHessian", "10 ×", "Lowest test error: " })
            StringAssert.Contains(result.Output, text);
        var runs = File.ReadAllLines(prefix + ".csv").Skip(1).Select(line => line.Split(',')[^5..]).ToArray();
        Assert.IsTrue(runs.All(run => double.Parse(run[^1], CultureInfo.InvariantCulture) > 0));
        foreach (var name in new[] { "epochs", "evaluations", "seconds", "stability" })
            Assert.IsTrue(File.Exists($"{prefix}-{name}.png"), name);
        Assert.HasCount(1 + 8 * 2 * 2, File.ReadAllLines(prefix + "-curves.csv"));
    }

    [TestMethod]
    [DataRow(new[] { "compare", "x.csv", "--label", "y", "--seeds", "1" },
        "--seeds 1: give a whole number of at least 2")]
    [DataRow(new[] { "landscape", "x.csv", "--label", "y", "--directions", "1" },
        "--directions 1: give a whole number of at least 2")]
    [DataRow(new[] { "landscape", "x.csv", "--label", "y", "--rows", "0" },
        "--rows 0: give a whole number of at least 1")]
    [DataRow(new[] { "prune", "m.zip", "x.csv", "--rounds", "0" }, "--rounds 0: give a whole number of at least 1")]
    [DataRow(new[] { "prune", "m.zip", "x.csv", "--fraction", "1" }, "--fraction 1: give a number from 0 to below 1")]
    public async Task Wrong_arguments_are_usage_errors(string[] args, string message)
    {
        var result = await Run(args);
        Assert.AreEqual(2, result.ExitCode);
        StringAssert.StartsWith(result.Error, $"error: {message}\n");
    }

    private string Curves(int rows)
    {
        var random = new Random(1);
        return _folder.Write("curves.csv", string.Join('\n', Enumerable.Range(0, rows).Select(_ =>
        {
            var (a, b) = (random.NextDouble(), random.NextDouble());
            return string.Create(CultureInfo.InvariantCulture,
                $"{a},{b},{Math.Sin(5 * a) + b * b + 0.05 * random.NextDouble()}");
        }).Prepend("a,b,y")));
    }
}
