using System.Collections.Concurrent;
using System.Net.Http.Json;
using Alice.ML.Samples;
using Alice.ML.Tests.Tool;

namespace Alice.ML.Tests.Samples;

/// <summary>What people expect of the web service while its model is replaced.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ServiceTests
{
    private const int Clients = 8;
    private const int Requests = 50_000;
    private const int Replacements = 20;
    private const long MostGrowth = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task Every_answer_is_of_one_whole_model_while_the_file_is_replaced()
    {
        var (file, first, second) =
            (_folder.PathOf("flats.zip"), _folder.PathOf("first.zip"), _folder.PathOf("second.zip"));
        CsvToModel.Run(_folder.PathOf(""), TextWriter.Null);
        File.Copy(file, first);
        OtherModel(second);
        var flat = new Flat { District = "north", Size = 80, Floor = 2 };
        var expected = new[] { first, second }.Select(path => new ServedModel(path))
            .ToDictionary(model => model.Version, model => model.Predict(flat).Rent);
        Assert.AreEqual(2, expected.Values.Distinct().Count());

        var (seen, sent) = (new ConcurrentDictionary<string, int>(), 0);
        using var stop = new CancellationTokenSource();
        await using var app = Service.Create(file, "http://127.0.0.1:0", stop.Token);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        await ServeAsync(Requests / 50);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        sent = 0;
        var serving = ServeAsync(Requests);
        for (var n = 0; n < Replacements; n++)
        {
            // The replacements are spread over the requests, however fast the machine is.
            while (Volatile.Read(ref sent) < (long)Requests * n / Replacements)
                await Task.Delay(5);
            File.Copy(n % 2 == 0 ? second : first, file + ".new", overwrite: true);
            File.SetLastWriteTimeUtc(file + ".new", DateTime.UtcNow.AddSeconds(n));
            File.Move(file + ".new", file, overwrite: true);
        }
        await serving;
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        stop.Cancel();
        await app.StopAsync();

        Assert.AreEqual(2, seen.Count, "both models served");
        Assert.IsLessThan(MostGrowth, grown);

        async Task ServeAsync(int requests)
        {
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < requests / Clients; i++)
                {
                    using var response = await client.PostAsJsonAsync("/predict", flat);
                    response.EnsureSuccessStatusCode();
                    var answer = await response.Content.ReadFromJsonAsync<Answer>();
                    Assert.AreEqual(expected[answer!.Model], answer.Rent);
                    seen.AddOrUpdate(answer.Model, 1, (_, count) => count + 1);
                    Interlocked.Increment(ref sent);
                }
            })));
        }
    }

    [TestMethod]
    public async Task A_file_that_is_no_model_leaves_the_one_before()
    {
        CsvToModel.Run(_folder.PathOf(""), TextWriter.Null);
        var file = _folder.PathOf("flats.zip");
        using var stop = new CancellationTokenSource();
        await using var app = Service.Create(file, "http://127.0.0.1:0", stop.Token);
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var health = await client.GetStringAsync("/health");

        var whole = File.ReadAllBytes(file);
        File.WriteAllBytes(file, whole[..(whole.Length / 2)]);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(1));
        await Task.Delay(500);
        Assert.AreEqual(health, await client.GetStringAsync("/health"));
        using var response = await client.PostAsJsonAsync("/predict", new Flat { District = "south", Size = 50 });
        Assert.IsTrue(response.IsSuccessStatusCode);
        stop.Cancel();
        await app.StopAsync();
    }

    /// <summary>A model of the same columns with other rents.</summary>
    private void OtherModel(string file)
    {
        var folder = Directory.CreateDirectory(_folder.PathOf("other")).FullName;
        CsvToModel.Run(folder, TextWriter.Null, seed: 2);
        File.Move(Path.Combine(folder, "flats.zip"), file);
    }
}
