using System.Runtime.Versioning;
using Alice.ML.Files;
using static Alice.ML.Tests.Tool.AliceCommand;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class OutputFilesTests
{
    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    [DataRow("--out {data}", "--out {data} would overwrite a file that this command reads; name another")]
    [DataRow("--out {folder}/../{name}/data.csv", "--out {folder}/../{name}/data.csv would overwrite a file that "
        + "this command reads; name another")]
    [DataRow("--out {folder}/model.zip", "--out {folder}/model.zip would overwrite a file that this command reads; "
        + "name another")]
    [DataRow("--out {folder}", "--out {folder} cannot be written: it is a folder; name a file")]
    [DataRow("--out {folder}/no/scores.csv", "--out {folder}/no/scores.csv cannot be written: its folder does not "
        + "exist; make it first")]
    public async Task Predict_refuses(string options, string message)
    {
        var (data, model) = (_folder.Write("data.csv", "a,b\n1,2\n"), _folder.Write("model.zip", "a model"));
        await AssertRefused(["predict", model, data, .. Fill(options).Split(' ')], message);
        Assert.AreEqual("a,b\n1,2\n", File.ReadAllText(data));
        Assert.AreEqual("a model", File.ReadAllText(model));
    }

    [TestMethod]
    [DataRow("--save {data}", "--save {data} would overwrite a file that this command reads; name another")]
    [DataRow("--plot {data}", "--plot {data} would overwrite a file that this command reads; name another")]
    [DataRow("--test {folder}/t.csv --save {folder}/t.csv", "--save {folder}/t.csv would overwrite a file that this "
        + "command reads; name another")]
    [DataRow("--validation {folder}/t.csv --save {folder}/t.csv", "--save {folder}/t.csv would overwrite a file "
        + "that this command reads; name another")]
    [DataRow("--split {folder}/t.csv --plot {folder}/t.csv", "--plot {folder}/t.csv would overwrite a file that "
        + "this command reads; name another")]
    [DataRow("--save {folder}/x --plot {folder}/x", "--save and --plot both write {folder}/x; name two files")]
    [DataRow("--save {folder}/x --plot {folder}/./x", "--save and --plot both write {folder}/./x; name two files")]
    public async Task Train_refuses(string options, string message)
    {
        _folder.Write("t.csv", "a,y\n1,2\n");
        var data = _folder.Write("data.csv", "a,y\n1,2\n");
        await AssertRefused(["train", data, "--label", "y", .. Fill(options).Split(' ')], message);
        Assert.AreEqual("a,y\n1,2\n", File.ReadAllText(data));
        Assert.AreEqual("a,y\n1,2\n", File.ReadAllText(_folder.PathOf("t.csv")));
    }

    [TestMethod]
    [DataRow("compare", "data.csv", "data")]
    [DataRow("compare", "data-curves.csv", "data")]
    [DataRow("landscape", "data-line.csv", "data")]
    public async Task A_prefix_that_makes_the_name_of_the_data_is_refused(string command, string file, string prefix)
    {
        var data = _folder.Write(file, "a,y\n1,2\n");
        await AssertRefused([command, data, "--label", "y", "--out", _folder.PathOf(prefix)],
            $"--out {data} would overwrite a file that this command reads; name another");
    }

    [TestMethod]
    public async Task Prune_refuses_to_replace_the_model_or_the_data()
    {
        var (data, model) = (_folder.Write("data.csv", "a,y\n1,2\n"), _folder.Write("model.zip", "a model"));
        await AssertRefused(["prune", model, data, "--out", _folder.PathOf("data")],
            $"--out {data} would overwrite a file that this command reads; name another");
        await AssertRefused(["prune", model, data, "--out", _folder.PathOf("p"), "--save", model],
            $"--save {model} would overwrite a file that this command reads; name another");
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public void A_link_is_followed_and_the_mode_is_kept()
    {
        RequireUnix();
        var target = _folder.Write("target.csv", "before");
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var link = _folder.PathOf("link.csv");
        File.CreateSymbolicLink(link, "target.csv");
        Write(link, "after");
        Assert.AreEqual("target.csv", new FileInfo(link).LinkTarget);
        Assert.AreEqual("after", File.ReadAllText(target));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            File.GetUnixFileMode(target));

        // A link to nothing makes what it names; a folder behind a link is the same folder.
        var dangling = _folder.PathOf("dangling.csv");
        File.CreateSymbolicLink(dangling, "new.csv");
        Write(dangling, "new");
        Assert.AreEqual("new", File.ReadAllText(_folder.PathOf("new.csv")));
        var folder = _folder.PathOf("folder");
        Directory.CreateSymbolicLink(folder, Path.GetDirectoryName(target)!);
        Assert.AreEqual(RealPath.Of(target), RealPath.Of(Path.Combine(folder, "target.csv")));

        File.CreateSymbolicLink(_folder.PathOf("a"), "b");
        File.CreateSymbolicLink(_folder.PathOf("b"), "a");
        Assert.Throws<IOException>(() => RealPath.Of(_folder.PathOf("a")));
    }

    [TestMethod]
    [UnsupportedOSPlatform("windows")]
    public void A_read_only_file_is_refused_to_an_administrator_too()
    {
        RequireUnix();
        var file = _folder.Write("scores.csv", "before");
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
        Assert.Throws<UnauthorizedAccessException>(() => WholeFile.Probe(file));
        Assert.AreEqual("before", File.ReadAllText(file));
    }

    [TestMethod]
    public void What_fails_half_way_changes_nothing_and_leaves_nothing()
    {
        var file = _folder.Write("scores.csv", "before");
        var others = _folder.Write("scores.csv.partial", "a user's");
        Assert.ThrowsExactly<InvalidOperationException>(() => WholeFile.Write(file, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException();
        }));
        Assert.AreEqual("before", File.ReadAllText(file));
        WholeFile.Probe(file);
        Assert.AreEqual("before", File.ReadAllText(file), "a probe changes nothing");
        Write(file, "after");
        Assert.AreEqual("after", File.ReadAllText(file));
        CollectionAssert.AreEquivalent(new[] { file, others }, Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [TestMethod]
    public async Task Metrics_are_printed_though_the_picture_fails()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("/dev/full is Linux's.");
        var data = _folder.Write(
            "data.csv", string.Join('\n', Enumerable.Range(0, 40).Select(i => $"{i},{i * 2}").Prepend("x,y")));
        foreach (var option in new[] { "--plot", "--save" })
        {
            var result = await Run("train", data, "--label", "y", "--epochs", "1", "--networks", "1",
                "--encoding", "None", "--weight-decay", "0", option, "/dev/full");
            Assert.AreEqual(1, result.ExitCode);
            StringAssert.Contains(result.Output, "test RMSE: ");
            StringAssert.Contains(
                result.Error, $"error: {option} /dev/full cannot be written: No space left on device");
        }
    }

    private static void Write(string path, string text) => WholeFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        writer.Write(text);
    });

    private string Fill(string text) => text.Replace("{data}", _folder.PathOf("data.csv"))
        .Replace("{folder}", Path.GetDirectoryName(_folder.PathOf("x")))
            .Replace("{name}", Path.GetFileName(Path.GetDirectoryName(_folder.PathOf("x"))));

    private async Task AssertRefused(string[] args, string message)
    {
        Assert.AreEqual((1, "", $"error: {Fill(message)}\n"), await Run(args));
    }

    private static void RequireUnix()
    {
        if (OperatingSystem.IsWindows())
            Assert.Inconclusive("Windows has no such modes, and links only for administrators.");
    }
}
