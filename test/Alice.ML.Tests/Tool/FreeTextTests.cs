using System.Globalization;
using System.Text.RegularExpressions;
using Alice.ML.Tool.Data;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

/// <summary>What people write is read word by word.</summary>
[TestClass]
public sealed class FreeTextTests
{
    private const int Rows = 400;
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    // What counts is the words good and bad, and a number; the columns have the names that ML.NET's predictors write.
    [TestMethod]
    [DataRow("regression", "test R2", 0.7)]
    [DataRow("binary", "test AUC", 0.9)]
    [DataRow("multiclass", "test accuracy", 0.7)]
    public async Task Words_count_beside_other_columns(string task, string metric, double least)
    {
        var data = Reviews("reviews.csv", task, seed: 1);
        var model = _folder.PathOf("model.zip");
        string[] report = task == "binary" ? ["--report", _folder.PathOf("report.html")] : [];
        var trained = await Run(["train", data, "--label", "PredictedLabel", "--effort", "quick", "--save", model,
            "--test", Reviews("test.csv", task, seed: 2), .. report]);
        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        Assert.Contains("column 'text' is free text: its words are scored by a linear model", trained.Error);
        var reached = double.Parse(Regex.Match(trained.Output, metric + ": (.*)").Groups[1].Value,
            CultureInfo.InvariantCulture);
        Assert.IsGreaterThan(least, reached, trained.Output);

        var evaluated = await Run("evaluate", model, _folder.PathOf("test.csv"));
        Assert.AreEqual(trained.Output, evaluated.Output, "the saved model is the trained one");
        var explained = await Run("explain", model, _folder.PathOf("test.csv"));
        Assert.AreEqual(0, explained.ExitCode, explained.Error);
        Assert.MatchesRegex("text +│ +[0-9.]+ │", explained.Output);
        Assert.AreEqual(report.Length > 0, File.Exists(_folder.PathOf("report.html")));
    }

    [TestMethod]
    [DataRow("the room was {0} and the food {1} we come again", 300, true)]
    [DataRow("{0} Street", 300, false, DisplayName = "names")]
    [DataRow("{0}{1}x{2} {1}a{2}{0} {2}{1}{0}", 300, false, DisplayName = "no word comes again")]
    [DataRow("the room was {0} and the food {1} we come again", 99, false, DisplayName = "few")]
    public void Free_text_has_several_words_that_come_again(string pattern, int count, bool expected) =>
        Assert.AreEqual(expected, FreeText.IsIn(
            [.. Enumerable.Range(0, count).Select(i => string.Format(pattern, $"w{i}", $"v{i % 40}", i * 7))], count));

    [TestMethod]
    [DataRow("kind", "a,kind,y", "{0},{1},{2}", true, DisplayName = "a text of each class")]
    [DataRow("code", "a,code,y", "{0},{3},{2}", true, DisplayName = "a number of each class")]
    [DataRow("noisy", "a,noisy,y", "{0},{4},{2}", false, DisplayName = "one row in ten differs")]
    public async Task A_column_that_tells_the_label_is_named(string column, string header, string row, bool isNamed)
    {
        var random = new Random(1);
        var data = _folder.Write("rows.csv", string.Join('\n', Enumerable.Range(0, 200).Select(i =>
            string.Format(CultureInfo.InvariantCulture, row, random.NextDouble(), i % 3 == 0 ? "no" : "yes",
                i % 3 == 0 ? "out" : "in", i % 3 == 0 ? 7 : 9, i % 3 == 0 ^ i % 10 == 0 ? "no" : "yes"))
            .Prepend(header)));
        var result = await Run("train", data, "--label", "y", "--effort", "quick");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.AreEqual(isNamed, result.Error.Contains($"column '{column}' tells y almost by itself: leave it out "
            + $"(--ignore '{column}') if it is not known before y is"), result.Error);
        Assert.AreEqual(isNamed, result.Error.Contains("nearly perfect"), result.Error);
    }

    private string Reviews(string name, string task, int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, Rows).Select(_ =>
        {
            string[] words = [.. Enumerable.Range(0, 8).Select(_ => $"w{random.Next(60)}")];
            var praise = 0;
            for (var i = 0; i < 3; i++)
            {
                var isGood = random.Next(2) == 0;
                praise += isGood ? 1 : -1;
                words[random.Next(words.Length)] = isGood ? $"good{random.Next(3)}" : $"bad{random.Next(3)}";
            }
            var number = 2 * random.NextDouble() - 1;
            var value = praise + 2 * number;
            var label = task switch
            {
                "regression" => value.ToString("F3", CultureInfo.InvariantCulture),
                "binary" => value > 0 ? "yes" : "no",
                _ => value > 1.5 ? "high" : value > -1.5 ? "middle" : "low",
            };
            return FormattableString.Invariant($"{string.Join(' ', words)},{number:F3},{label}");
        });
        return _folder.Write(name, string.Join('\n', rows.Prepend("text,Score,PredictedLabel")) + "\n");
    }
}
