using System.Diagnostics;
using System.IO.Compression;
using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;

namespace Alice.ML.Tests.Tool;

/// <summary>A training that is killed anywhere and resumed gives the model of the uninterrupted one.</summary>
/// <remarks>ALICE_KILLS=50 kills each training 50 times, as docs/reliability.md reports (build/kills.sh).</remarks>
[TestClass]
[DoNotParallelize]
public sealed class KilledTrainingTests
{
    private static readonly string[] Trainings = ["regression", "classes", "validation"];
    private readonly TemporaryFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    private string Checkpoint => _folder.PathOf("run.ckpt");

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow("regression")]
    [DataRow("classes")]
    [DataRow("validation")]
    public void A_killed_training_goes_on_to_the_same_model(string training)
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("ALICE_KILLS") ?? "1");
        var args = Arrange(training);
        var whole = _folder.PathOf("whole.zip");
        Uninterrupted([.. args, "--save", whole]);
        string[] resumable = [.. args, "--save", _folder.PathOf("model.zip"), "--checkpoint", Checkpoint,
            "--checkpoint-seconds", "0.02", "--resume"];
        // With all its checkpoints a training takes longer.
        var seconds = Uninterrupted(resumable);

        // A single kill is of another kind in every training.
        var first = kills == 1 ? Array.IndexOf(Trainings, training) : 0;
        var random = new Random(1 + first);
        var found = new Dictionary<string, int>();
        for (var kill = first; kill < first + kills; kill++)
        {
            for (var times = kill % 2 == 0 ? 2 : 1; times > 0; times--)
            {
                // Every third while a checkpoint is being written.
                var isKilled = RunAndKill(resumable, kill % 3 == 2 ? null
                    : TimeSpan.FromSeconds(random.NextDouble() * seconds), 1 + random.Next(30));
                Count(isKilled ? Left() : "nothing, since it had ended");
            }
            var (code, text) = AliceProcess.Run(resumable);
            Assert.AreEqual(0, code, text);
            AssertSame(whole, _folder.PathOf("model.zip"));
            Assert.IsFalse(File.Exists(Checkpoint), "the model is saved");
            Assert.IsFalse(File.Exists(Checkpoint + ".before"));
        }
        TestContext.WriteLine($"{training} ({seconds:f1} s): {kills} runs, all models the same; killed while: "
            + string.Join(", ", found.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key} {pair.Value}")));

        void Count(string what) => found[what] = found.GetValueOrDefault(what) + 1;
    }

    // A table of its own for each training, large enough for a race of some seconds.
    private string[] Arrange(string training)
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 600)
            .Select(_ => (A: random.NextDouble(), B: random.NextDouble(), Noise: 0.2 * random.NextDouble()));
        var data = _folder.Write(
            "data.csv", string.Join('\n', rows.Select(row => (row.A, row.B, Y: row.A * row.B + row.Noise))
            .Select(row => FormattableString.Invariant(
                $"{row.A:F4},{row.B:F4},{row.Y:F4},{(row.Y > 0.5 ? "high" : row.Y > 0.3 ? "middle" : "low")}"))
            .Prepend("a,b,y,class")));
        return training switch
        {
            "regression" => ["train", data, "--label", "y", "--hidden", "16", "--effort", "quick", "--networks", "3"],
            "classes" => ["train", data, "--label", "class", "--hidden", "16", "--effort", "quick"],
            _ => ["train", data, "--label", "y", "--hidden", "16", "--encoding", "None", "--weight-decay", "0",
                "--epochs", "400", "--networks", "2",
                "--validation-fraction", "0.2", "--patience", "200"],
        };
    }

    private static double Uninterrupted(string[] args)
    {
        using var process = AliceProcess.Start(args);
        var rest = WaitForTraining(process);
        var clock = Stopwatch.StartNew();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, rest.Result);
        return clock.Elapsed.TotalSeconds;
    }

    /// <summary>Kills after some time in training, or while a checkpoint is being written: the one with a
    /// number.</summary>
    /// <returns>Whether it had not ended before.</returns>
    private bool RunAndKill(string[] args, TimeSpan? after, int writing)
    {
        using var process = AliceProcess.Start(args);
        _ = WaitForTraining(process);
        if (after is { } time)
            process.WaitForExit(time);
        else
        {
            var seen = new HashSet<string>();
            while (!process.HasExited && seen.Count < writing)
                seen.UnionWith(Temporary());
        }
        var hasEnded = process.HasExited;
        process.Kill();
        process.WaitForExit();
        return !hasEnded;
    }

    // Reads both streams to the end meanwhile.
    private static Task<string> WaitForTraining(Process process)
    {
        while (process.StandardError.ReadLine() is { } line && !line.Contains("comparing plans")
            && !line.Contains("epoch "))
        {
        }
        return AliceProcess.Drain(process);
    }

    /// <summary>What a killed process left: the phase of its checkpoint, and whether it was writing another
    /// one.</summary>
    private string Left()
    {
        var writing = "";
        foreach (var file in Temporary())
        {
            writing = ", writing the next";
            File.Delete(file);
        }
        if (!File.Exists(Checkpoint))
            return (File.Exists(Checkpoint + ".before") ? "between two files" : "before the first checkpoint")
                + writing;
        using var saved = RunFile.Open(Checkpoint);
        return (saved.Header.IsFinished ? "saving the model" : saved.Header.Phase == TrainingPhase.Choosing
            ? "comparing plans" : "training") + writing;
    }

    private string[] Temporary() => Directory.GetFiles(_folder.PathOf(""), ".alice-*.tmp");

    // Zip files hold the times of their entries; what is in them must be equal byte for byte.
    private static void AssertSame(string expected, string actual)
    {
        using var was = ZipFile.OpenRead(expected);
        using var now = ZipFile.OpenRead(actual);
        CollectionAssert.AreEqual(was.Entries.Select(entry => entry.FullName).ToArray(),
            now.Entries.Select(entry => entry.FullName).ToArray());
        foreach (var (a, b) in was.Entries.Zip(now.Entries))
            CollectionAssert.AreEqual(Bytes(a), Bytes(b), a.FullName);
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
