using System.Text.RegularExpressions;
using Alice.ML.Tests.Tool;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Report;

/// <summary>'alice train … --report', and what the terminal shows.</summary>
[TestClass]
public sealed class ReportCommandTests
{
    private static readonly string[] _quick =
        ["--epochs", "5", "--networks", "2", "--encoding", "None", "--weight-decay", "0", "--hidden", "8"];

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task Train_writes_the_report_and_says_how_good_beside_what_and_what_next()
    {
        var (data, report) = (Data(), _folder.PathOf("report.html"));
        var result = await Run(["train", data, "--label", "price", .. _quick, "--report", report]);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.StartsWith(result.Output, "test rows: 60\n");

        var page = File.ReadAllText(report);
        StringAssert.Contains(page, "price from houses.csv");
        StringAssert.Contains(page, "column &#39;always&#39; has the same value everywhere: ignored");
        StringAssert.Contains(page, $"alice train {data} --label price --epochs 5");
        StringAssert.Contains(page, "FastTree");
        // The page and the command give the same figures.
        var rmse = double.Parse(Regex.Match(result.Output, "test RMSE: (.*)").Groups[1].Value);
        StringAssert.Contains(page, Show.Number(rmse));

        StringAssert.Contains(result.Error, $"note: 300 rows and 4 columns read from {data}\n");
        var last = result.Error.TrimEnd().Split('\n')[^3..];
        StringAssert.StartsWith(last[0], "On 60 test rows, predictions of price are off by ");
        StringAssert.StartsWith(last[1], "On the same rows, ");
        StringAssert.Contains(last[1], "always predicting the training mean is off by");
        Assert.IsTrue(last[2].EndsWith('.'), last[2]);
    }

    [TestMethod]
    public async Task Classes_are_compared_with_the_most_frequent_one()
    {
        var rows = Enumerable.Range(0, 200).Select(i => $"{i % 37},{(i % 37 > 20 ? "yes" : "no")}");
        var data = _folder.Write("classes.csv", string.Join('\n', rows.Prepend("x,y")));
        var result = await Run(["train", data, "--label", "y", .. _quick]);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.Contains(result.Error, "of the classes of y are right, and yes gets a higher probability than no");
        StringAssert.Contains(result.Error, "For comparison, always predicting the most frequent class has ");
        StringAssert.Contains(result.Error, "--folds 5 tests on every row once");
    }

    [TestMethod]
    public async Task Folds_exclude_the_report()
    {
        var result = await Run(["train", Data(), "--label", "price", "--folds", "3", "--report",
            _folder.PathOf("report.html")]);
        Assert.AreEqual(2, result.ExitCode);
        StringAssert.Contains(result.Error, "--folds cannot be combined with --save, --plot or --report");
    }

    [TestMethod]
    public void Redirected_progress_says_what_is_being_done_before_the_first_stage_ends()
    {
        var error = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, error);
        var seen = TrainingProgress.Run(terminal, "reading large.csv", progress =>
        {
            SpinWait.SpinUntil(() => Text(terminal, error).Contains("reading large.csv"), TimeSpan.FromMinutes(1));
            progress.Stage("5 rows", 0.5, 1, "preparing");
            SpinWait.SpinUntil(() => Text(terminal, error).Contains("5 rows: preparing"), TimeSpan.FromMinutes(1));
            return Text(terminal, error);
        });
        StringAssert.Matches(seen, new Regex(@"^ +\d+ s +0 % +reading large\.csv\n( +\d+ s +0 % +reading.*\n)*" +
            @" +\d+ s +50 % +5 rows: preparing\n"));
    }

    [TestMethod]
    public async Task The_shell_is_told_what_may_follow_and_the_version()
    {
        var suggested = await Run(["[suggest:15]", "alice train --s"]);
        Assert.AreEqual((0, "--save\n--seed\n--separator\n--split\n"), (suggested.ExitCode, suggested.Output));
        var version = await Run(["--version"]);
        StringAssert.Matches(version.Output, new Regex(@"^\d+\.\d+\.\d+"));
    }

    // The timer writes at the same time.
    private static string Text(Terminal terminal, StringWriter error)
    {
        lock (terminal.Error)
            return error.ToString();
    }

    private string Data()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 300).Select(_ => (Size: random.Next(40, 200), District: random.Next(3)))
            .Select(r => $"{r.Size},d{r.District},1,{2 * r.Size + 50 * r.District + random.Next(9)}");
        return _folder.Write("houses.csv", string.Join('\n', rows.Prepend("size,district,always,price")));
    }
}
