using System.Diagnostics;
using System.Globalization;

namespace Alice.ML.Tests.Ranks;

/// <summary>Processes that mpirun starts on this machine. Inconclusive where Open MPI is not installed.</summary>
[TestClass]
[DoNotParallelize]
public class MpiTests
{
    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Processes_learn_what_one_learns(int size)
    {
        var alone = Scores(Run(1, "fit"));
        var several = Scores(Run(size, "fit"));
        Assert.HasCount(size, several);
        foreach (var (hash, scores) in several)
        {
            Assert.AreEqual(several[0].Hash, hash);
            foreach (var (expected, actual) in alone[0].Scores.Zip(scores))
                Assert.AreEqual(expected, actual, 1e-4);
        }
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void A_module_of_doubles_has_the_weights_of_one_process_to_ten_digits(int size)
    {
        var alone = Scores(Run(1, "doubles"));
        var several = Scores(Run(size, "doubles"));
        Assert.HasCount(size, several);
        foreach (var (hash, weights) in several)
        {
            Assert.AreEqual(several[0].Hash, hash);
            Assert.HasCount(16 * 8 + 8 + 8 + 1, weights);
            foreach (var (expected, actual) in alone[0].Scores.Zip(weights))
                Assert.AreEqual(expected, actual, 1e-10);
        }
    }

    [TestMethod]
    public void Processes_choose_the_same_plans()
    {
        var several = Scores(Run(2, "fit", "race"));
        Assert.HasCount(2, several);
        Assert.AreEqual(several[0].Hash, several[1].Hash);
    }

    [TestMethod]
    public void Processes_that_share_networks_give_the_model_of_one()
    {
        var alone = Scores(Run(1, "replicated"));
        var several = Scores(Run(2, "replicated"));
        Assert.HasCount(2, several);
        Assert.AreEqual(alone[0].Hash, several[0].Hash);
        Assert.AreEqual(alone[0].Hash, several[1].Hash);
    }

    [TestMethod]
    [DataRow("killed", "killed|signal 9|Killed")]
    [DataRow("fails", "rank 1 of 3 on .* cannot continue, and the job ends: no space left on this machine")]
    public void A_rank_that_dies_ends_the_job_and_is_named(string how, string message)
    {
        var (code, text, seconds) = Run(3, how);
        Assert.AreNotEqual(0, code);
        Assert.MatchesRegex(message, text);
        Assert.MatchesRegex("rank 1|,1\\]", text);
        // The job itself needs some time to begin.
        Assert.IsLessThan(120, seconds);
    }

    [TestMethod]
    public void Null_references_stay_exceptions_beside_MPI() =>
        Assert.Contains("rank 1 of 2: caught", Run(2, "null").Text);

    [TestMethod]
    public void The_command_line_trains_on_a_part_of_each_rank()
    {
        using var folder = new Tool.TemporaryFolder();
        for (var rank = 0; rank < 2; rank++)
        {
            var random = new Random(rank);
            // The second part has a color that the first one does not know.
            string[] colors = ["red", "green", .. rank == 0 ? [] : new[] { "blue" }];
            File.WriteAllLines(folder.PathOf($"part-{rank}.csv"), ["a,color,y", .. Enumerable.Range(0, 60).Select(_ =>
                FormattableString.Invariant($"{random.NextDouble()},{colors[random.Next(colors.Length)]},")
                + FormattableString.Invariant($"{random.NextDouble() + 5}"))]);
        }
        var alice = Path.Combine(AppContext.BaseDirectory, "alice.dll");
        var (code, text, _) = Start(2, alice, "train", folder.PathOf("part-%r.csv"), "--label", "y", "--epochs", "5",
            "--save", folder.PathOf("model.zip"), "--effort", "quick", "--networks", "1");
        Assert.AreEqual(0, code, text);
        Assert.HasCount(2, text.Split("test RMSE:"), text);
        Assert.IsTrue(File.Exists(folder.PathOf("model.zip")));
    }

    [TestMethod]
    public void Replicated_ranks_of_the_command_line_have_the_same_encodings()
    {
        using var folder = new Tool.TemporaryFolder();
        var random = new Random(1);
        // Too many cities for a slot each: their labels encode them, out of fold.
        File.WriteAllLines(folder.PathOf("data.csv"), ["city,x,y", .. Enumerable.Range(0, 300).Select(i =>
            FormattableString.Invariant($"city{i % 70},{random.NextDouble()},{random.NextDouble() + i % 7}"))]);
        var (code, text, _) = Start(2, Path.Combine(AppContext.BaseDirectory, "alice.dll"), "train",
            folder.PathOf("data.csv"), "--label", "y", "--epochs", "5", "--replicated", "--effort", "quick");
        Assert.AreEqual(0, code, text);
        Assert.Contains("encoded by the labels", text);
    }

    private static List<(string Hash, double[] Scores)> Scores((int Code, string Text, double Seconds) run)
    {
        Assert.AreEqual(0, run.Code, run.Text);
        return [.. run.Text.Split('\n').Where(line => line.Contains(" of ") && line.Contains(": ")).Select(line =>
        {
            var parts = line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim().Split(' ');
            return (parts[0], parts[1..].Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToArray());
        })];
    }

    private static (int Code, string Text, double Seconds) Run(int size, params string[] args)
    {
        var app = Directory.EnumerateFiles(
            AppContext.BaseDirectory.Replace("Alice.ML.Tests", "Alice.ML.RanksApp"), "Alice.ML.RanksApp.dll").First();
        return Start(size, app, args);
    }

    private static (int Code, string Text, double Seconds) Start(int size, string app, params string[] args)
    {
        // As root, in a container, on fewer cores than ranks, without a network: what CI has.
        string[] start = ["-n", $"{size}", "--allow-run-as-root", "--oversubscribe", "--mca", "btl", "self,vader,tcp",
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", app, .. args];
        try
        {
            var watch = Stopwatch.StartNew();
            using var process = Process.Start(new ProcessStartInfo("mpirun", start)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["OMPI_MCA_rmaps_base_oversubscribe"] = "1" },
            })!;
            var text = Tool.AliceProcess.Drain(process);
            process.WaitForExit();
            return (process.ExitCode, text.Result, watch.Elapsed.TotalSeconds);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Inconclusive("mpirun is not there: install Open MPI (apt-get install openmpi-bin).");
            throw;
        }
    }
}
