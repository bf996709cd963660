using System.IO.Compression;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

/// <summary>Every file of every command is whole or as it was, wherever the process is killed and however full the disk
/// is.</summary>
/// <remarks>ALICE_KILLS=30 kills each command 30 times, as docs/reliability.md reports.</remarks>
[TestClass]
[DoNotParallelize]
public sealed class WholeFilesTests
{
    private const string Earlier = "what stood here before\n";
    private static readonly string[] Small =
        ["--epochs", "1", "--networks", "1", "--encoding", "None", "--weight-decay", "0", "--hidden", "4"];
    private readonly TemporaryFolder _folder = new();

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow("train")]
    [DataRow("predict")]
    [DataRow("robot arm")]
    [DataRow("landscape")]
    [DataRow("compare")]
    [DataRow("prune")]
    public void A_killed_command_leaves_each_file_whole_or_as_it_was(string command)
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("ALICE_KILLS")
            ?? (command is "predict" or "train" ? "3" : "1"));
        var (args, files) = Arrange(command, "out");
        foreach (var file in files)
            File.WriteAllText(file, Earlier);
        using var earlier = new EarlierFiles(files);
        Assert.AreEqual(0, AliceProcess.Run(args) is var (code, text) ? code : -1, text);
        earlier.AssertReplaced();
        var whole = files.ToDictionary(f => f, File.ReadAllBytes);
        var random = new Random(1);
        var (left, replaced) = (0, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            foreach (var file in files)
                File.WriteAllText(file, Earlier);
            // The first temporary files are those that find out whether the outputs can be written.
            RunAndKill(args, files, atEvent: 1 + random.Next(2 * files.Length),
                afterMilliseconds: random.Next(random.Next(2) == 0 ? 3 : 50));
            foreach (var file in files)
            {
                if (File.ReadAllText(file) == Earlier)
                    continue;
                replaced++;
                AssertWhole(file, whole[file]);
            }
            foreach (var temporary in Directory.GetFiles(_folder.PathOf("out"), ".alice-*.tmp"))
            {
                left++;
                File.Delete(temporary);
            }
        }
        TestContext.WriteLine(
            $"{command}: {kills} kills, {left} of them while a file was being written; {replaced} files were "
            + $"replaced, all whole");
    }

    [TestMethod]
    public async Task On_a_full_disk_each_file_is_whole_or_as_it_was()
    {
        var disk = _folder.PathOf("disk");
        Directory.CreateDirectory(disk);
        if (!OperatingSystem.IsLinux() || !AliceProcess.Tool("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk))
            Assert.Inconclusive("A small disk can be made on Linux alone, as an administrator.");
        try
        {
            var (train, trained) = Arrange("train", "disk");
            var (predict, predicted) = Arrange("predict", "disk");
            foreach (var free in new[] { 0, 100, 300, 400 })
            {
                foreach (var file in trained.Concat(predicted))
                    File.WriteAllText(file, Earlier);
                Fill(disk, free);
                var (code, output, error) = await Run(train);
                if (free < 256)
                {
                    Assert.AreEqual((1, ""), (code, output), "found before training");
                    StringAssert.StartsWith(error,
                        $"error: --save {trained[0]} cannot be written: No space left on device");
                    Assert.IsTrue(trained.All(f => File.ReadAllText(f) == Earlier));
                }
                else
                    Assert.AreEqual(0, code, error);
                // 700 kB of predictions fit nowhere.
                (code, _, error) = await Run(predict);
                Assert.AreEqual(1, code);
                Assert.AreEqual(Earlier, File.ReadAllText(predicted[0]), error);
                Assert.IsEmpty(Directory.GetFiles(disk, ".alice-*.tmp"));
            }
        }
        finally
        {
            AliceProcess.Tool("umount", disk);
        }
    }

    [TestMethod]
    [DataRow("INT")]
    [DataRow("TERM")]
    [DataRow("HUP")]
    public async Task A_signal_saves_what_was_learned_so_far(string signal)
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Windows has no such signals.");
        var (args, files) = Arrange("train", "out");
        args[Array.FindIndex(args, a => a == "--epochs") + 1] = "1000000";
        using var process = AliceProcess.Start(args);
        var shown = "";
        while (!shown.Contains("epoch 1/"))
            shown += await process.StandardError.ReadLineAsync(TestContext.CancellationToken)
                ?? throw new InvalidOperationException($"it ended: {shown}");
        Assert.IsTrue(AliceProcess.Tool("kill", "-" + signal, $"{process.Id}"));
        var rest = await AliceProcess.Drain(process);
        await process.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(130, process.ExitCode, rest);
        StringAssert.Contains(rest, $"what was learned so far is saved as {files[0]}");
        Assert.AreEqual(0, (await Run("evaluate", files[0], args[1])).ExitCode);
    }

    [TestMethod]
    public void The_robot_arm_replaces_only_a_model_that_it_made_unless_told_to()
    {
        var model = _folder.Write("model.zip", "mine");
        string[] args = ["--rows", "60", .. Small, "--plot", "c.png"];
        Assert.AreEqual(
            (1, "error: model.zip exists and is not a model of the robot arm; name another file with --save\n"),
            AliceProcess.RunIn(_folder, args));
        Assert.AreEqual("mine", File.ReadAllText(model));
        foreach (var save in new string[][] { ["--save", "model.zip"], [] })
        {
            var (code, text) = AliceProcess.RunIn(_folder, [.. args, .. save]);
            Assert.AreEqual(0, code, text);
        }
    }

    // The arguments of a command, and the files that they name in a folder.
    private (string[] Args, string[] Files) Arrange(string command, string folder)
    {
        Directory.CreateDirectory(_folder.PathOf(folder));
        string Out(string name) => _folder.PathOf(Path.Combine(folder, name));
        string[] Outs(string names) => [.. names.Split(' ').Select(Out)];
        var data = Data("data.csv", 200);
        switch (command)
        {
            case "train":
                return (["train", data, "--label", "y", .. Small, "--save", Out("m.zip"), "--plot", Out("c.png"),
                    "--report", Out("r.html")], Outs("m.zip c.png r.html"));
            case "robot arm":
                return (["--rows", "60", .. Small, "--save", Out("m.zip"), "--plot", Out("c.png"), "--report",
                    Out("r.html")], Outs("m.zip c.png r.html"));
            case "predict":
                return (["predict", Model(data), Data("rows.csv", 70_000), "--out", Out("s.csv")], Outs("s.csv"));
            case "landscape":
                return (["landscape", data, "--label", "y", .. Small, "--directions", "2", "--rows", "50", "--out",
                    Out("l")],
                    Outs("l-variation.png l-variation.csv l-line.png l-line.csv l-deviation.png"));
            case "compare":
                return (["compare", data, "--label", "y", "--epochs", "1", "--seeds", "2", "--units", "4",
                    "--batch-size", "200", "--out", Out("c")],
                    Outs("c-epochs.png c-evaluations.png c-seconds.png c-stability.png c.csv c-curves.csv"));
            default:
                return (["prune", Model(data), data, "--directions", "1", "--out", Out("p"), "--save", Out("m.zip")],
                    Outs("p.png p.csv m.zip"));
        }
    }

    private string Data(string name, int count)
    {
        var random = new Random(1);
        return _folder.Write(name,
            string.Join('\n', Enumerable.Range(0, count).Select(_ => (A: random.NextDouble(), B: random.NextDouble()))
            .Select(row => FormattableString.Invariant($"{row.A:F4},{row.B:F4},{row.A * row.B:F4}")).Prepend("a,b,y")));
    }

    private string Model(string data)
    {
        var model = _folder.PathOf("model.zip");
        if (!File.Exists(model))
            Assert.AreEqual(0, Run(["train", data, "--label", "y", .. Small, "--save", model]).Result.ExitCode);
        return model;
    }

    // Kills some milliseconds after so many temporary files have come or outputs changed; lets it end where they came
    // too fast to be seen.
    private void RunAndKill(string[] args, string[] files, int atEvent, int afterMilliseconds)
    {
        using var process = AliceProcess.Start(args);
        _ = AliceProcess.Drain(process);
        var seen = new HashSet<string>();
        while (!process.HasExited && seen.Count < atEvent)
        {
            seen.UnionWith(Directory.GetFiles(_folder.PathOf("out"), ".alice-*.tmp"));
            seen.UnionWith(
                files.Where(file => new FileInfo(file) is { Exists: true } now && now.Length != Earlier.Length));
        }
        Thread.Sleep(afterMilliseconds);
        process.Kill();
        process.WaitForExit();
    }

    private static void AssertWhole(string file, byte[] whole)
    {
        var bytes = File.ReadAllBytes(file);
        switch (Path.GetExtension(file))
        {
            case ".zip":
                using (var zip = ZipFile.OpenRead(file))
                    foreach (var entry in zip.Entries)
                    {
                        using var content = entry.Open();
                        content.CopyTo(Stream.Null); // checks its CRC
                    }
                break;
            case ".png":
                CollectionAssert.AreEqual("IEND"u8.ToArray(), bytes[^8..^4], file);
                break;
            default:
                Assert.AreEqual((byte)'\n', bytes[^1], file);
                Assert.AreEqual(whole.Count(b => b == '\n'), bytes.Count(b => b == '\n'), file);
                break;
        }
    }

    // Leaves so many KiB.
    private static void Fill(string disk, int free)
    {
        var filler = Path.Combine(disk, "filler");
        File.Delete(filler);
        var room = new DriveInfo(disk).AvailableFreeSpace - 1024L * free;
        File.WriteAllBytes(filler, new byte[room]);
    }
}
