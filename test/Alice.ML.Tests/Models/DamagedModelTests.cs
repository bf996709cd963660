using System.Diagnostics;
using System.IO.Compression;
using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;

namespace Alice.ML.Tests.Models;

/// <summary>Model files that are damaged, by accident or with intent. build/fuzz.sh runs these with 100,000
/// mutations.</summary>
/// <remarks>Alone, because times and memory are measured.</remarks>
[TestClass]
[DoNotParallelize]
public class DamagedModelTests
{
    private static readonly int _mutations = int.Parse(Environment.GetEnvironmentVariable("ALICE_MUTATIONS") ?? "1000");
    private readonly MLContext _ml = new();

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(TestTask.Regression)]
    [DataRow(TestTask.Binary)]
    [DataRow(TestTask.Multiclass)]
    public void Our_reader_gives_a_model_or_a_FormatException_whatever_the_file_holds(TestTask task)
    {
        var file = Save(task);
        Read(task, file);
        var random = new Random(1);
        Try("whole file", _mutations / 2, () => Mutations.Damage(file, random), bytes => Read(task, bytes));
        Try("entry, packed again", _mutations / 2, () => WithDamagedEntry(file, random), bytes => Read(task, bytes));
    }

    [TestMethod]
    [DataRow(TestTask.Regression)]
    [DataRow(TestTask.Multiclass)]
    public void Networks_with_a_right_checksum_score_or_give_a_FormatException(TestTask task)
    {
        var bytes = ModelFile.Bytes(Ensemble(task));
        var random = new Random(2);
        Try("networks", _mutations, () =>
        {
            var damaged = Mutations.Damage(bytes[..^4], random);
            return [.. damaged, .. BitConverter.GetBytes(NetworkEnsembleFormatTests.Crc32C(damaged))];
        }, damaged =>
        {
            var ensemble = NetworkEnsemble.Load(new BinaryReader(new MemoryStream(damaged)), damaged.Length);
            ensemble.Forward(new float[ensemble.InputCount], new float[ensemble.OutputCount]);
        });
    }

    [TestMethod]
    public void ML_NETs_loader_gives_an_exception_of_its_own_or_a_FormatException_where_our_part_is_damaged()
    {
        // Fewer, because each load makes ML.NET's whole pipeline.
        var file = Save(TestTask.Regression);
        var networks = ModelFile.Bytes(Ensemble(TestTask.Regression));
        var random = new Random(3);
        Try("networks, by ML.NET", _mutations / 10,
            () => WithReplaced(file, networks, Mutations.Damage(networks, random)), bytes =>
        {
            try
            {
                _ml.Model.Load(new MemoryStream(bytes), out _);
            }
            catch (Exception e) when (e is not FormatException && e.GetBaseException() is FormatException)
            {
                throw e.GetBaseException();
            }
        });
    }

    [TestMethod]
    public void A_network_larger_than_allowed_is_refused_before_it_takes_memory()
    {
        // Zeros: 40 MB in a file of some 40 KB.
        var network = new DenseNetwork([3_000, 3_000, 1], Activation.ReLU, new float[3_001 * 3_000 + 3_001]);
        using var stream = new MemoryStream();
        var row = TestModels.View(_ml, TestModels.Rows(1, 1, 3_000), 3_000);
        _ml.Model.Save(TestModels.Transformer(_ml, network, row), row.Schema, stream);
        Assert.IsLessThan(200_000, stream.Length);
        stream.Position = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.ThrowsExactly<FormatException>(
            () => AliceRegressionModelParameters.Read(stream, maximumBytes: 10_000_000));
        Assert.IsLessThan(1_000_000, GC.GetAllocatedBytesForCurrentThread() - before);
        StringAssert.StartsWith(e.Message, "The model has 36,0");

        stream.Position = 0;
        before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var model = AliceRegressionModelParameters.Read(stream);
        // The weights, and the weights packed for scoring.
        Assert.IsLessThan(2.1 * 4 * network.Weights.Length, GC.GetAllocatedBytesForCurrentThread() - before);
        TestContext.WriteLine(
            $"{4e-6 * network.Weights.Length:F0} MB in {stream.Length / 1000} KB: read in "
            + $"{clock.ElapsedMilliseconds} ms");
        Assert.AreEqual(3_000, model.NumberOfFeatures);

        AppContext.SetData("Alice.ML.MaximumModelBytes", 10_000_000L);
        try
        {
            stream.Position = 0;
            var refused = Assert.Throws<Exception>(() => _ml.Model.Load(stream, out _)).GetBaseException();
            StringAssert.Contains(refused.Message,
                "more than the 10,000,000 that this application allows (Alice.ML.MaximumModelBytes).");
        }
        finally
        {
            AppContext.SetData("Alice.ML.MaximumModelBytes", null);
        }
    }

    [TestMethod]
    public void A_file_of_another_task_or_of_none_is_named_as_such()
    {
        var e = Assert.ThrowsExactly<FormatException>(
            () => AliceBinaryModelParameters.Read(new MemoryStream(Save(TestTask.Regression))));
        Assert.AreEqual("The file holds no binary classification model of Alice.ML.", e.Message);
        e = Assert.ThrowsExactly<FormatException>(
            () => AliceBinaryModelParameters.Read(new MemoryStream("no zip"u8.ToArray())));
        StringAssert.StartsWith(e.Message, "The file cannot be read as a model: ");
    }

    private static NetworkEnsemble Ensemble(TestTask task) =>
        TestEnsembles.Mixed(task, seed: 1, inputs: 4, members: 2, 5);

    private byte[] Save(TestTask task)
    {
        var data = TestTasks.View(_ml, TestModels.Rows(seed: 1, count: 3, featureCount: 4), 4);
        using var stream = new MemoryStream();
        _ml.Model.Save(TestTasks.Transformer(task, _ml, Ensemble(task), data.Schema), data.Schema, stream);
        return stream.ToArray();
    }

    private static void Read(TestTask task, byte[] bytes)
    {
        var stream = new MemoryStream(bytes);
        if (task == TestTask.Regression)
            Score(AliceRegressionModelParameters.Read(stream));
        else if (task == TestTask.Binary)
            Score(AliceBinaryModelParameters.Read(stream));
        else
            Score(AliceMulticlassModelParameters.Read(stream));
    }

    private static void Score<T>(AliceModelParameters<T> model) =>
        model.Score(new float[model.NumberOfFeatures], new float[model.NumberOfScores]);

    // The entry that holds the networks, or any other, damaged and packed by the rules of the format.
    private static byte[] WithDamagedEntry(byte[] file, Random random)
    {
        using var stream = Copy(file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = random.Next(2) == 0 ? zip.Entries.MaxBy(e => e.Length)!
                : zip.Entries[random.Next(zip.Entries.Count)];
            Rewrite(entry, bytes => Mutations.Damage(bytes, random));
        }
        return stream.ToArray();
    }

    private static byte[] WithReplaced(byte[] file, byte[] part, byte[] by)
    {
        using var stream = Copy(file);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
            foreach (var entry in zip.Entries)
                Rewrite(entry, bytes => bytes.AsSpan().IndexOf(part) is var at and >= 0
                    ? [.. bytes[..at], .. by, .. bytes[(at + part.Length)..]]
                    : bytes);
        return stream.ToArray();
    }

    private static void Rewrite(ZipArchiveEntry entry, Func<byte[], byte[]> change)
    {
        using var content = entry.Open();
        var bytes = new byte[content.Length];
        content.ReadExactly(bytes);
        var changed = change(bytes);
        content.SetLength(0);
        content.Write(changed);
    }

    private static MemoryStream Copy(byte[] bytes)
    {
        var stream = new MemoryStream();
        stream.Write(bytes);
        stream.Position = 0;
        return stream;
    }

    private void Try(string what, int count, Func<byte[]> damage, Action<byte[]> load)
    {
        var (loaded, refused, worst, most) = (0, 0, TimeSpan.Zero, 0L);
        for (var n = 0; n < count; n++)
        {
            var bytes = damage();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            try
            {
                load(bytes);
                loaded++;
            }
            catch (FormatException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"{what}, mutation {n}: {e}");
            }
            worst = clock.Elapsed > worst ? clock.Elapsed : worst;
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        TestContext.WriteLine(
            $"{what}: {count:N0} mutations, {loaded:N0} loaded, {refused:N0} refused; slowest "
            + $"{worst.TotalMilliseconds:F0} ms, most memory {most / 1000:N0} KB");
        Assert.IsLessThan(20_000_000, most, "memory that small files took");
    }
}
