using System.Globalization;
using System.Text.Json;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class ExplainCommandTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task Explain_sums_categories_and_dates_to_their_columns_and_adds_up_to_the_predictions()
    {
        var model = await Train("price");
        var (rows, table, prefix) = (Houses(30, seed: 2), _folder.PathOf("c.csv"), _folder.PathOf("p"));
        var result = await Run("explain", model, rows, "--rows", "2,4-5", "--out", table, "--plot", prefix);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.Contains(result.Output, "row 2: price ");
        StringAssert.Contains(result.Output, "row 5: price ");
        Assert.DoesNotContain("row 3: ", result.Output);
        StringAssert.Contains(result.Output, "mean |contribution| of 30 rows:");
        StringAssert.Contains(result.Output, File.ReadAllLines(rows)[2].Split(',')[0], "the value in the file");
        foreach (var name in new[] { "summary", "row-2", "row-4", "row-5" })
            CollectionAssert.AreEqual("PNG"u8.ToArray(), File.ReadAllBytes($"{prefix}-{name}.png")[1..4]);

        var lines = File.ReadAllLines(table).Select(line => line.Split(',')).ToArray();
        CollectionAssert.AreEqual(
            new[] { "row", "explained", "score", "base", "district", "size", "sold", "noise" }, lines[0]);
        Assert.HasCount(31, lines);
        var predictions = (await Run("predict", model, rows)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 1; i < lines.Length; i++)
        {
            double[] numbers = [.. lines[i][2..].Select(Number)];
            Assert.AreEqual(Number(predictions[i]), numbers[0], 1e-3);
            Assert.AreEqual(numbers[0], numbers[1..].Sum(), 1e-3);
        }
        double Mean(int column) => lines.Skip(1).Average(line => Math.Abs(Number(line[column])));
        Assert.IsGreaterThan(5 * Mean(7), Mean(4), "noise matters less than the district");
        // The most important column stands first in the summary.
        var summary = result.Output[result.Output.IndexOf("mean |", StringComparison.Ordinal)..];
        Assert.IsLessThan(summary.IndexOf("noise", StringComparison.Ordinal),
            summary.IndexOf("district", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Explain_takes_the_class_that_is_asked_for()
    {
        var model = await Train("kind");
        var (rows, table) = (Houses(20, seed: 2), _folder.PathOf("c.csv"));
        var result = await Run("explain", model, rows, "--rows", "none", "--class", "cheap", "--out", table);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.StartsWith(result.Output, "mean |contribution| of 20 rows:");
        var head = (await Run("predict", model, rows)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(head[0].TrimEnd().Split(','), "Probability.cheap");
        foreach (var (line, predicted) in File.ReadAllLines(table).Skip(1).Zip(head.Skip(1)))
        {
            var (fields, p) = (line.Split(','), Number(predicted.Split(',')[at]));
            Assert.AreEqual("log-odds of cheap", fields[1]);
            if (p is > 0.001 and < 0.999)
                Assert.AreEqual(Math.Log(p / (1 - p)), Number(fields[2]), 1e-2);
            Assert.AreEqual(Number(fields[2]), fields[3..].Sum(Number), 1e-3);
        }
        StringAssert.Contains((await Run("explain", model, rows, "--class", "chep")).Error,
            "--class chep: the model has the classes cheap, dear, fair");
    }

    [TestMethod]
    public async Task Two_classes_have_opposite_contributions()
    {
        var model = await Train("big");
        var rows = Houses(10, seed: 2);
        async Task<double[][]> Read(string name)
        {
            var table = _folder.PathOf(name + ".csv");
            var result = await Run("explain", model, rows, "--class", name, "--out", table);
            Assert.AreEqual(0, result.ExitCode, result.Error);
            StringAssert.Contains(result.Output, $"row 1: log-odds of {name} ");
            return [.. File.ReadAllLines(table).Skip(1).Select(l => l.Split(',')[2..].Select(Number).ToArray())];
        }

        foreach (var (yes, no) in (await Read("yes")).Zip(await Read("no")))
            CollectionAssert.AreEqual(yes, no.Select(value => -value).ToArray());
    }

    [TestMethod]
    public async Task Importance_ranks_the_columns_with_standard_errors()
    {
        var model = await Train("price");
        var (rows, picture) = (Houses(300, seed: 2), _folder.PathOf("i.png"));
        var result = await Run("evaluate", model, rows, "--importance", "--permutations", "4", "--json", "--plot",
            picture);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        var columns = JsonDocument.Parse(result.Output).RootElement.GetProperty("importance").EnumerateArray()
            .ToDictionary(c => c.GetProperty("column").GetString()!,
                c => (Increase: c.GetProperty("increase").GetDouble(),
                    Error: c.GetProperty("standardError").GetDouble()));
        CollectionAssert.AreEquivalent(new[] { "district", "size", "sold", "noise" }, columns.Keys);
        Assert.IsGreaterThan(10 * columns["district"].Error, columns["district"].Increase);
        Assert.IsGreaterThan(3 * columns["sold"].Error, columns["sold"].Increase, "all parts of the date together");
        Assert.IsLessThan(0.1 * columns["district"].Increase, Math.Abs(columns["noise"].Increase));
        Assert.IsTrue(columns.Values.All(c => c.Error > 0));
        CollectionAssert.AreEqual("PNG"u8.ToArray(), File.ReadAllBytes(picture)[1..4]);

        var printed = await Run("evaluate", model, rows, "--importance", "--permutations", "4");
        StringAssert.Contains(printed.Output, "increase of RMSE");
        Assert.AreEqual(printed.Output,
            (await Run("evaluate", model, rows, "--importance", "--permutations", "4")).Output,
            "the same permutations");
    }

    [TestMethod]
    public async Task Wrong_options_are_named_before_any_work()
    {
        var model = await Train("price");
        var rows = Houses(5, seed: 2);
        foreach (var (args, message) in new (string[], string)[]
        {
            (["explain", model, rows, "--rows", "0"], "--rows 0: '0' is not a row; give numbers from 1 and ranges"),
            (["explain", model, rows, "--rows", "3-1"], "--rows 3-1: '3-1' is not a row"),
            (["explain", model, rows, "--rows", "6"], "--rows names row 6, and"),
            (["explain", model, rows, "--class", "a"], "--class a: the model predicts a number, not a class"),
            (["explain", model, rows, "--out", model], "would overwrite a file that this command reads"),
            (["evaluate", model, rows, "--plot", _folder.PathOf("x.png")], "--plot draws the importance: give"),
            (["evaluate", model, rows, "--importance", "--permutations", "1"],
                "--permutations 1: give a whole number of at least 2"),
        })
        {
            var result = await Run(args);
            Assert.AreNotEqual(0, result.ExitCode);
            StringAssert.Contains(result.Error, message);
        }
    }

    private async Task<string> Train(string label)
    {
        var model = _folder.PathOf("model.zip");
        string[] labels = ["price", "kind", "big"];
        var trained = await Run(["train", Houses(600, seed: 1), "--label", label, "--epochs", "40", "--hidden", "16",
            "--networks", "2", "--encoding", "Mixed", "--weight-decay", "0", "--dropout", "0", "--save", model,
            .. labels.Where(other => other != label).SelectMany(other => new[] { "--ignore", other })]);
        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        return model;
    }

    /// <summary>Prices by district, size and the year of the sale.</summary>
    private string Houses(int rows, int seed)
    {
        var random = new Random(seed);
        string[] districts = ["north", "south", "west", ""];
        return _folder.Write($"houses{seed}-{rows}.csv", string.Join('\n', Enumerable.Range(0, rows).Select(_ =>
        {
            var (district, size) = (random.Next(4), 50 + random.Next(100));
            var sold = new DateTime(2015, 1, 1).AddDays(random.Next(3650));
            var price = 100 * district + size + 10 * (sold.Year - 2015);
            var gap = random.Next(20) == 0 ? "" : $"{size}";
            return string.Create(CultureInfo.InvariantCulture,
                $"{districts[district]},{gap},{sold:yyyy-MM-dd},{random.NextDouble():F3},{price},"
                + $"{(price < 200 ? "cheap" : price < 350 ? "fair" : "dear")},{(price > 250 ? "yes" : "no")}");
        }).Prepend("district,size,sold,noise,price,kind,big")));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
