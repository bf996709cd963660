using System.Text.Json;
using System.Text.RegularExpressions;
using Alice.ML.Tool;
using Microsoft.ML;
using Microsoft.ML.Data;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class CommandLineTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task Train_evaluate_and_predict_agree_on_a_table_of_numbers_texts_and_gaps()
    {
        var data = Houses("houses.csv", 400, seed: 1);
        var test = Houses("new.csv", 100, seed: 2);
        var (model, scores) = (_folder.PathOf("model.zip"), _folder.PathOf("scores.csv"));
        var picture = _folder.PathOf("curve.png");

        var trained = await Run("train", data, "--label", "price", "--test", test, "--epochs", "60", "--hidden", "16",
            "--save", model, "--plot", picture);
        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        var lines = trained.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(": ")).ToArray();
        CollectionAssert.AreEqual(
            new[] { "test rows", "test RMSE", "test R2", "test MAE" }, lines.Select(l => l[0]).ToArray());
        Assert.AreEqual("100", lines[0][1]);
        Assert.IsGreaterThan(0.5, double.Parse(lines[2][1]), trained.Output);
        CollectionAssert.AreEqual("PNG"u8.ToArray(), File.ReadAllBytes(picture)[1..4]);
        StringAssert.Contains(trained.Error, "epoch 60/60");

        var evaluated = await Run("evaluate", model, test);
        Assert.AreEqual(trained.Output, evaluated.Output, "the saved model is the trained one");

        var predicted = await Run("predict", model, test, "--out", scores);
        Assert.AreEqual(0, predicted.ExitCode, predicted.Error);
        var written = File.ReadAllLines(scores);
        Assert.AreEqual("Score", written[0]);
        Assert.HasCount(101, written);
        var shown = await Run("predict", model, test);
        Assert.AreEqual(File.ReadAllText(scores), shown.Output);
        Assert.AreEqual("", shown.Error);
    }

    [TestMethod]
    public async Task A_text_of_many_values_is_learned_from_and_new_values_are_scored()
    {
        var random = new Random(1);
        double[] effects = [.. Enumerable.Range(0, 300).Select(_ => 2 * random.NextDouble() - 1)];
        var rows = Enumerable.Range(0, 1800).Select(i => (Item: random.Next(300), A: random.NextDouble()))
            .Select((row, i) => FormattableString.Invariant(
                $"id{i},item{row.Item},{row.A:F3},{effects[row.Item] + row.A:F3}"));
        var data = _folder.Write("items.csv", string.Join('\n', rows.Prepend("key,item,a,y")));
        var model = _folder.PathOf("model.zip");
        var trained = await Run("train", data, "--label", "y", "--networks", "1", "--encoding", "None",
            "--weight-decay", "0",
            "--epochs", "20", "--hidden", "16", "--save", model);
        Assert.AreEqual(0, trained.ExitCode, trained.Error);
        Assert.IsGreaterThan(0.9, double.Parse(Regex.Match(trained.Output, "test R2: (.*)").Groups[1].Value),
            trained.Output);
        StringAssert.Contains(trained.Error,
            "column 'key' is text with 1440 different values in 1440 rows, like an identifier: ignored");
        StringAssert.Contains(trained.Error, "different texts: each is encoded by the labels of its rows");

        var predicted = await Run(
            "predict", model, _folder.Write("new.csv", "item,a\nitem7,0.5\nnever seen,0.5\n,0.5\n"));
        var scores = predicted.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(double.Parse)
            .ToArray();
        Assert.HasCount(3, scores, predicted.Error);
        Assert.AreEqual(effects[7] + 0.5, scores[0], 0.2);
        Assert.AreEqual(scores[1], scores[2], "neither says anything");
    }

    [TestMethod]
    public async Task The_saved_model_scores_by_plain_ML_NET_and_by_files_without_the_label()
    {
        var data = Houses("houses.csv", 200, seed: 1);
        var model = _folder.PathOf("model.zip");
        Assert.AreEqual(0, (await Run("train", data, "--label", "-1", "--epochs", "5", "--save", model)).ExitCode);

        var file = _folder.Write("one.csv", "district,size,age\nsouth,120,10\n");
        var score = float.Parse((await Run("predict", model, file)).Output.Split('\n')[1]);
        var ml = new MLContext();
        using var engine = ml.Model.CreatePredictionEngine<House, Price>(ml.Model.Load(model, out _));
        Assert.AreEqual(score, engine.Predict(new House { District = "south", Size = 120, Age = 10 }).Score);
    }

    [TestMethod]
    public async Task Json_is_one_object_and_the_same_seed_gives_the_same_numbers()
    {
        var data = Houses("houses.csv", 200, seed: 1);
        string[] args = ["train", data, "--label", "price", "--epochs", "3", "--json"];
        var first = JsonDocument.Parse((await Run(args)).Output).RootElement;
        var again = JsonDocument.Parse((await Run(args)).Output).RootElement;
        Assert.AreEqual("regression", first.GetProperty("task").GetString());
        Assert.AreEqual("price", first.GetProperty("label").GetString());
        Assert.AreEqual(160, first.GetProperty("trainRows").GetInt32());
        Assert.AreEqual(40, first.GetProperty("test").GetProperty("rows").GetInt32());
        Assert.IsGreaterThan(0.0, first.GetProperty("test").GetProperty("mae").GetDouble());
        Assert.AreEqual(first.GetProperty("test").GetRawText(), again.GetProperty("test").GetRawText());
    }

    [TestMethod]
    public async Task A_split_file_says_which_rows_test()
    {
        var data = Houses("houses.csv", 50, seed: 1);
        var folds = _folder.Write("folds.csv", "0,1,2\n3,4\n");
        var result = await Run("train", data, "--label", "price", "--epochs", "1", "--split", folds, "--fold", "1");
        StringAssert.StartsWith(result.Output, "test rows: 2\n");
    }

    [TestMethod]
    public async Task Rows_without_a_label_are_skipped_with_a_note()
    {
        var data = _folder.Write("gaps.csv", string.Join('\n',
            Enumerable.Range(0, 40).Select(i => $"{i},{(i < 4 ? "?" : i * 2)}").Prepend("x,y")));
        var folds = _folder.Write("folds.csv", string.Join(',', Enumerable.Range(30, 10)));
        var result = await Run("train", data, "--label", "y", "--epochs", "1", "--split", folds);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        StringAssert.Contains(result.Error, $"note: 4 of 30 rows of {data} have no 'y': skipped");
    }

    [TestMethod]
    [DataRow("x,y\n1,?\n2,\n", "y", "the label column 'y' has no values; name another with --label")]
    [DataRow("x,y\n1,3\n2,3\n3,3\n4,3\n", "y", "the label column 'y' is 3 in every training row, so there is nothing " +
        "to learn; name another with --label")]
    [DataRow("x,y\n1,red\n2,red\n3,red\n", "y", "the label column 'y' is red in every training row, so there is " +
        "nothing to learn; name another with --label")]
    [DataRow("x,y\n1,2\n2,3\n", "z", "has no such column. Its columns are x, y")]
    [DataRow("x,color,y\n", "y", "holds a header and no rows; give --no-header if its only line is a row")]
    [DataRow("x\n1\n2\n3\n", "x", "has one column only (separator: comma); give --separator if it has more")]
    [DataRow("x,y\n1,2\n", "y", "the label column 'y' is 2 in every training row, so there is nothing " +
        "to learn; name another with --label")]
    public async Task A_label_that_cannot_be_learned_is_an_error_in_one_line(string text, string label, string message)
    {
        var data = _folder.Write("data.csv", text);
        var result = await Run("train", data, "--label", label);
        Assert.AreEqual(1, result.ExitCode);
        Assert.AreEqual("", result.Output);
        var lines = result.Error.Trim().Split('\n');
        Assert.IsTrue(lines[..^1].All(line => line.StartsWith("note: ")), result.Error);
        StringAssert.StartsWith(lines[^1], "error: ");
        StringAssert.EndsWith(lines[^1], message);
    }

    [TestMethod]
    public async Task A_model_that_is_none_is_an_error()
    {
        var data = Houses("houses.csv", 20, seed: 1);
        var absent = _folder.PathOf("absent.zip");
        Assert.AreEqual($"error: {absent} does not exist; train a model with --save {absent}\n",
            (await Run("predict", absent, data)).Error);
        var bad = await Run("evaluate", data, data);
        Assert.AreEqual(1, bad.ExitCode);
        StringAssert.StartsWith(bad.Error, $"error: {data} is not a model that can be read");
    }

    [TestMethod]
    public async Task A_result_that_could_not_be_saved_is_an_error_before_the_training()
    {
        var data = Houses("houses.csv", 20, seed: 1);
        var model = Path.Combine(_folder.PathOf("nowhere"), "model.zip");
        var result = await Run("train", data, "--label", "price", "--save", model);
        Assert.AreEqual(1, result.ExitCode);
        Assert.AreEqual($"error: --save {model} cannot be written: its folder does not exist; make it first\n",
            result.Error);
    }

    [TestMethod]
    [DataRow(new[] { "train", "x.csv" }, "Option '--label' is required.")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--epochs", "0" },
        "--epochs 0: give a whole number of at least 1")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--hidden", "64,0" },
        "--hidden 64,0: give whole numbers of at least 1, such as 64,64, or none")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--dropout", "1" },
        "--dropout 1: give a number from 0 to below 1")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--learning-rate", "-1" },
        "--learning-rate -1: give a number above 0")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--separator", "pipes" },
        "--separator pipes: give comma, tab, semicolon, bar, space or one character")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--header", "--no-header" },
        "--header and --no-header cannot be combined")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--fold", "1" }, "--fold needs --split, the file of folds")]
    [DataRow(new[] { "train", "x.csv", "--label", "y", "--test", "a", "--split", "b" },
        "--test and --split cannot be combined: both choose the test rows")]
    [DataRow(new string[0], "Required command was not provided.")]
    public async Task Wrong_arguments_give_exit_code_2(string[] args, string message)
    {
        var result = await Run(args);
        Assert.AreEqual(2, result.ExitCode);
        StringAssert.StartsWith(result.Error, $"error: {message}\n");
        StringAssert.EndsWith(result.Error, "--help' lists the options\n");
    }

    [TestMethod]
    public async Task Help_states_the_exit_codes()
    {
        var result = await Run("--help");
        Assert.AreEqual(0, result.ExitCode);
        StringAssert.Contains(result.Output, "Exit codes: 0 success; 1 a file, its contents or the training " +
            "failed; 2 wrong arguments");
    }

    [TestMethod]
    public async Task Cancelling_saves_what_was_learned_so_far_and_ends_with_130()
    {
        var data = Houses("houses.csv", 200, seed: 1);
        var model = _folder.PathOf("model.zip");
        using var cancellation = new CancellationTokenSource();
        var error = new CancellingWriter(cancellation);
        var output = new StringWriter();
        var code = await CommandLine.RunAsync(
            ["train", data, "--label", "price", "--epochs", "100000", "--encoding", "None", "--weight-decay", "0",
                "--save", model], output, error,
            cancellation.Token);
        Assert.AreEqual(130, code);
        StringAssert.Matches(error.ToString(), new Regex(
            $"cancelled after [0-9]+ epochs: what was learned so far is saved as {Regex.Escape(model)}\n$"));
        Assert.AreEqual("", output.ToString());
        Assert.AreEqual(0, (await Run("evaluate", model, data)).ExitCode);
    }

    [TestMethod]
    public async Task A_cancelled_training_is_resumed_to_its_end_and_its_checkpoint_is_deleted_then()
    {
        var data = Houses("houses.csv", 200, seed: 1);
        var (model, checkpoint) = (_folder.PathOf("model.zip"), _folder.PathOf("run.ckpt"));
        string[] args = ["train", data, "--label", "price", "--epochs", "20", "--encoding", "None", "--weight-decay",
            "0", "--save", model];
        var whole = await Run(args);
        args = [.. args, "--checkpoint", checkpoint];
        using var cancellation = new CancellationTokenSource();
        Assert.AreEqual(130, await CommandLine.RunAsync(
            args, TextWriter.Null, new CancellingWriter(cancellation), cancellation.Token));
        var refused = await Run(args);
        Assert.AreEqual(1, refused.ExitCode);
        StringAssert.EndsWith(refused.Error,
            $"error: The checkpoint '{checkpoint}' is of an unfinished run. Resume it, or delete the file to "
            + $"start a new run.\n");
        var resumed = await Run([.. args, "--resume"]);
        Assert.AreEqual((0, whole.Output), (resumed.ExitCode, resumed.Output));
        Assert.IsEmpty(Directory.GetFiles(_folder.PathOf(""), "run.ckpt*"));
    }

    [TestMethod]
    public async Task Cancelling_without_save_or_before_the_first_epoch_saves_nothing()
    {
        var data = Houses("houses.csv", 200, seed: 1);
        using var cancellation = new CancellationTokenSource();
        var error = new CancellingWriter(cancellation);
        string[] args = ["train", data, "--label", "price", "--epochs", "100000"];
        Assert.AreEqual(130, await CommandLine.RunAsync(args, TextWriter.Null, error, cancellation.Token));
        StringAssert.EndsWith(error.ToString(), "cancelled: nothing was saved\n");

        // The token is cancelled already.
        var model = _folder.PathOf("model.zip");
        var early = new StringWriter();
        Assert.AreEqual(130, await CommandLine.RunAsync(
            [.. args, "--save", model], TextWriter.Null, early, cancellation.Token));
        Assert.AreEqual("cancelled: nothing was saved\n", early.ToString());
        Assert.IsFalse(File.Exists(model));
    }

    [TestMethod]
    public async Task Taxi_fares_are_predicted_to_5_60()
    {
        // LightGBM's defaults reach 5.53, SDCA 5.97.
        var result = await Run("train", SharedData.Path("taxi-fare-train.csv"), "--label", "fare_amount",
            "--test", SharedData.Path("taxi-fare-test.csv"), "--json");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsLessThanOrEqualTo(5.60, TestRmse(result.Output));
    }

    [TestMethod]
    public async Task Concrete_strength_on_its_first_split_is_predicted_to_5_0()
    {
        // LightGBM's defaults reach 5.53, SDCA 11.
        var result = await Run("train", SharedData.Path("concrete.csv"), "--label", "strength_mpa",
            "--split", SharedData.Path("concrete.splits.csv"), "--fold", "0", "--json");
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.IsLessThanOrEqualTo(5.0, TestRmse(result.Output));
    }

    [TestMethod]
    public async Task The_unit_of_the_label_does_not_change_the_share_that_is_explained()
    {
        var shares = new List<double>();
        foreach (var unit in new[] { 1, Math.ScaleB(1, 80) })
        {
            var rows = Enumerable.Range(0, 60)
                .Select(i => FormattableString.Invariant($"{i % 7},{(i % 7 + 0.01 * i) * unit:R}"));
            var data = _folder.Write("units.csv", string.Join('\n', rows.Prepend("x,y")));
            var result = await Run("train", data, "--label", "y", "--networks", "1", "--encoding", "None",
                "--weight-decay", "0", "--epochs", "20", "--hidden", "8", "--json");
            Assert.AreEqual(0, result.ExitCode, result.Error);
            shares.Add(JsonDocument.Parse(result.Output).RootElement.GetProperty("test").GetProperty("r2").GetDouble());
        }
        Assert.AreEqual(shares[0], shares[1], 1e-3);
        Assert.IsInRange(0.1, 0.99, shares[0]);
    }

    private static double TestRmse(string json) =>
        JsonDocument.Parse(json).RootElement.GetProperty("test").GetProperty("rmse").GetDouble();

    /// <summary>Houses whose price depends on a text, a number with gaps and another number.</summary>
    private string Houses(string name, int count, int seed)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, count).Select(_ =>
        {
            var (district, size, age) = (random.Next(3), random.Next(40, 200), random.Next(0, 80));
            var price = 2 * size + 100 * district - age + random.Next(10);
            var sizeText = random.Next(20) == 0 ? "?" : $"{size}";
            return $"{(district == 0 ? "north" : district == 1 ? "south" : "\"old, town\"")},{sizeText},{age},{price}";
        });
        return _folder.Write(name, string.Join('\n', rows.Prepend("district,size,age,price")) + "\n");
    }

    /// <summary>Presses Ctrl-C, as it were, when the first epoch is shown.</summary>
    private sealed class CancellingWriter(CancellationTokenSource cancellation) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains("epoch 1/") == true)
                cancellation.Cancel();
        }
    }

    private sealed class House
    {
        [ColumnName("district")]
        public string District { get; set; } = "";

        [ColumnName("size")]
        public float Size { get; set; }

        [ColumnName("age")]
        public float Age { get; set; }
    }

    private sealed class Price
    {
        public float Score { get; set; }
    }
}
