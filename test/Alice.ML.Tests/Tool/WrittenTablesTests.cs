using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

/// <summary>Tables as people write them, through 'train' and 'predict': how well they are learned, and a score for
/// every row.</summary>
[TestClass]
public sealed class WrittenTablesTests
{
    private const string Fast = "--networks 1 --encoding PiecewiseLinear --weight-decay 0";

    private static readonly NumberFormatInfo _german =
        new() { NumberDecimalSeparator = ",", NumberGroupSeparator = "." };

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow("hash-codes.csv", "y", "r2", 0.95, 300)]
    [DataRow("written-numbers.csv", "y", "r2", 0.97, 400)]
    [DataRow("currency-label.csv", "price", "r2", 0.97, 240)]
    // a third number that the file lacks is noise of 0.14: at most about 0.975
    [DataRow("excel-sep.csv", "y", "r2", 0.96, 200)]
    [DataRow("bars.csv", "y", "r2", 0.98, 200)]
    [DataRow("rare-class.csv", "y", "auc", 0.98, 2000)]
    [DataRow("missing-numbers.csv", "y", "r2", 0.95, 1500)]
    [DataRow("dates.csv", "y", "r2", 0.95, 1500)]
    public async Task The_shared_cases_are_learned(string file, string label, string metric, double bar, int rows) =>
        await Learn(SharedData.Path($"../cases/{file}"), label, metric, bar, rows);

    [TestMethod]
    [DataRow("codes", DisplayName = "codes that begin with #, no header")]
    [DataRow("german", DisplayName = "semicolons, decimal commas, percent and currency signs, gaps, packed")]
    [DataRow("accounts", DisplayName = "tabs, thousands, negatives in parentheses, an amount as label")]
    [DataRow("dates", DisplayName = "dates in four forms, some missing")]
    [DataRow("clock", DisplayName = "times of day")]
    public async Task Tables_of_our_own_are_learned(string kind)
    {
        const int count = 500;
        var random = new Random(4);
        var start = new DateTime(2024, 3, 1, 0, 0, 0, DateTimeKind.Unspecified);
        var lines = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var (a, b, c) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            var y = 3 * a - b * b + 0.5 * c;
            var when = start.AddMinutes(random.Next(300 * 24 * 60));
            var cycle = Math.Sin(when.Hour / 12.0 * Math.PI)
                + (when.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 0.8 : 0);
            lines.Add(kind switch
            {
                "codes" => Line($"{(i % 3 == 0 ? "#" : "n")}{i % 6},{a:F4},{y + i % 6:F4}"),
                "german" => string.Create(_german,
                    $"{9000 * a:N2} €;{(i % 9 == 0 ? "k. A." : $"{100 * b:F1} %")};"
                    + $"{c:F3};{y - (i % 9 == 0 ? 1 - b * b : 0):F4}"),
                "accounts" =>
                    Line($"{10000 * a:N0}\t{(i % 2 == 0 ? $"({b:F3})" : $"{b:F3}")}\t−{c:F3}\tUSD {1000 * (y + 1):N2}"),
                "dates" => Line($"{(i % 10 == 0 ? "-" : Written(when, i))},{a:F3},{a + (i % 10 == 0 ? 2 : cycle):F4}"),
                _ => Line($"{when:HH:mm},{a:F3},{a + Math.Sin(when.Hour / 12.0 * Math.PI):F4}"),
            });
        }
        var (header, isPacked) = kind switch
        {
            "german" => ("Umsatz;Anteil;Preis;y", true),
            "accounts" => ("a\tb\tc\ty", false),
            "codes" => ("", false),
            _ => ("when,a,y", false),
        };
        var path = _folder.Write("own.csv", string.Join('\n', header.Length > 0 ? lines.Prepend(header) : lines));
        if (isPacked)
            Pack(path);
        await Learn(path, "-1", "r2", 0.9, count, Fast);
    }

    [TestMethod]
    public async Task Predict_writes_a_line_for_every_row_whatever_its_fields_hold()
    {
        var data = _folder.Write("train.csv", string.Join('\n', Enumerable.Range(0, 60)
            .Select(i =>
                Line($"{i % 12},{i / 100.0:F2}%,2025-01-{i % 28 + 1:00},{(i % 2 == 0 ? "u" : "v")},{i % 12 + i % 2}"))
                    .Prepend("n,p,when,kind,y")));
        var model = _folder.PathOf("model.zip");
        var trained = await RunLine($"train {data} --label y --epochs 2 {Fast} --save {model}");
        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        var file = _folder.Write(
            "new.csv", "n,p,when,kind\n1,5%,2025-01-01,u\n# a row,?,,\n//,-,never,x\n,,,\n\"1,234\",(5%),1/2/2025,v\n");
        var result = await RunLine($"predict {model} {file}");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        var lines = result.Output.TrimEnd('\n').Split('\n');
        Assert.HasCount(6, lines);
        Assert.IsTrue(lines.Skip(1).All(l => float.TryParse(l, CultureInfo.InvariantCulture, out _)), result.Output);
        StringAssert.Contains(result.Error,
            "2 of 5 values of column 'n' are no numbers, such as '# a row' in line 3: taken as missing");
        StringAssert.Contains(result.Error,
            "1 of 5 values of column 'when' is no date, such as 'never' in line 4: taken as missing");
    }

    [TestMethod]
    public async Task The_positive_class_can_be_chosen()
    {
        var data = _folder.Write("train.csv", string.Join('\n',
            Enumerable.Range(0, 100).Select(i => $"{i},{(i < 30 ? "sick" : "well")}").Prepend("n,y")));
        var model = _folder.PathOf("model.zip");
        var trained = await RunLine($"train {data} --label y {Fast} --positive SICK --save {model}");
        StringAssert.Contains(trained.Error, "the positive class is sick");
        var scores = (await RunLine($"predict {model} {data}")).Output.TrimEnd('\n').Split('\n').Skip(1)
            .Select(l => l.Split(',')).ToArray();
        Assert.AreEqual("sick", scores[0][0]);
        Assert.IsGreaterThan(0.5, double.Parse(scores[0][1], CultureInfo.InvariantCulture));
        Assert.IsLessThan(0.5, double.Parse(scores[99][1], CultureInfo.InvariantCulture));
        StringAssert.EndsWith((await RunLine($"train {data} --label y --positive ill")).Error,
            "--positive ill: the label column 'y' holds sick and well; give one of these\n");
        StringAssert.EndsWith((await RunLine($"train {data} --label n --positive 3")).Error,
            "--positive is for two classes, and the task is regression; leave it out\n");
    }

    [TestMethod]
    public async Task Metrics_that_do_not_exist_are_explained()
    {
        var data = _folder.Write("train.csv",
            string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{i},{i % 2},{i}").Prepend("n,kind,y")));
        var test = _folder.Write("test.csv", "n,kind,y\n1,1,5\n2,1,5\n");
        var classes = await RunLine($"train {data} --label kind --ignore y --test {test} --epochs 1 {Fast}");
        StringAssert.Contains(classes.Output, "test AUC: not defined (every row is 1, and it needs both classes)\n");
        var numbers = await RunLine($"train {data} --label y --test {test} --epochs 1 {Fast}");
        StringAssert.Contains(numbers.Output,
            "test R2: not defined (every row's y is 5, so there is nothing to explain)\n");
        var json = JsonDocument.Parse(
            (await RunLine($"train {data} --label y --test {test} --epochs 1 {Fast} --json")).Output).RootElement;
        Assert.AreEqual(JsonValueKind.Null, json.GetProperty("test").GetProperty("r2").ValueKind);
        StringAssert.StartsWith(json.GetProperty("test").GetProperty("remarks").GetProperty("r2").GetString(),
            "every row's y is 5");
    }

    [TestMethod]
    public void Thousands_of_columns_become_one_vector_by_a_few_transforms()
    {
        // Each transform costs time for every column: one of its own for each column made reading quadratic.
        var random = new Random(1);
        var wide = string.Join('\n', Enumerable.Range(0, 40).Select(_ => string.Join(',', Enumerable.Range(0, 3001)
            .Select(i => i % 50 == 7 && random.Next(3) == 0 ? "" : Line($"{random.NextDouble():F3}"))))
            .Prepend(string.Join(',', Enumerable.Range(0, 3001).Select(i => $"c{i}"))));
        var table = DelimitedFile.Read(_folder.Write("wide.csv", wide), new());
        var schema = new SchemaInference(table, table.AllRows, Assert.Fail).Infer(3000);
        var view = TableView.Create(table, table.AllRows, schema, withLabel: true);
        Assert.IsLessThanOrEqualTo(4, FeaturePipeline.Fit(new(1), schema, view, seed: 1).Transforms.Count());
    }

    private async Task Learn(string path, string label, string metric, double bar, int rows, string options = "")
    {
        var model = _folder.PathOf("model.zip");
        var trained = await RunLine($"train {path} --label {label} --save {model} --json {options}");
        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        var json = JsonDocument.Parse(trained.Output).RootElement;
        Assert.AreEqual(rows, json.GetProperty("trainRows").GetInt32() + json.GetProperty("test").GetProperty("rows")
            .GetInt32());
        var value = json.GetProperty("test").GetProperty(metric).GetDouble();
        Console.WriteLine($"{Path.GetFileName(path)}: {metric} {value:F4}");
        var predicted = await RunLine($"predict {model} {path}");
        Assert.AreEqual(0, predicted.ExitCode, predicted.Error);
        var lines = predicted.Output.TrimEnd('\n').Split('\n');
        Assert.HasCount(rows + 1, lines);
        Assert.IsTrue(lines.Skip(1).All(l => Regex.IsMatch(l, "(^|,)-?[0-9.E-]+$")), "every row has a score");
        Assert.IsGreaterThanOrEqualTo(bar, value, trained.Error);
    }

    private static string Line(FormattableString text) => FormattableString.Invariant(text);

    private static string Written(DateTime when, int i) => when.ToString(
        (i % 4) switch
        {
            0 => "yyyy-MM-dd HH:mm",
            1 => "dd/MM/yyyy HH:mm",
            2 => "d MMM yyyy h:mm tt",
            _ => "yyyy-MM-ddTHH:mm:ssZ"
        },
        CultureInfo.InvariantCulture);

    private static void Pack(string path)
    {
        var bytes = File.ReadAllBytes(path);
        using var gzip = new System.IO.Compression.GZipStream(
            File.Create(path), System.IO.Compression.CompressionMode.Compress);
        gzip.Write(bytes);
    }
}
