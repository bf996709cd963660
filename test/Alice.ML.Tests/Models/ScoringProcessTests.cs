using System.Diagnostics;
using System.Globalization;
using Alice.ML.Models;
using Alice.ML.Models.Networks;
using Microsoft.ML;

namespace Alice.ML.Tests.Models;

[TestClass]
[DoNotParallelize]
public class ScoringProcessTests
{
    private static readonly string AppFolder =
        AppContext.BaseDirectory.Replace("Alice.ML.Tests", "Alice.ML.ScoringApp");

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(TestTask.Regression, "1", DisplayName = "regression, as this machine is")]
    [DataRow(TestTask.Regression, "0", DisplayName = "regression, with vectors of at most 256 bits")]
    [DataRow(TestTask.Binary, "1", DisplayName = "binary")]
    [DataRow(TestTask.Multiclass, "1", DisplayName = "multiclass, as this machine is")]
    [DataRow(TestTask.Multiclass, "0", DisplayName = "multiclass, with vectors of at most 256 bits")]
    public async Task A_process_without_TorchSharp_loads_a_model_and_gives_the_same_bits(
        TestTask task, string enableAvx512)
    {
        var torch = Directory.EnumerateFiles(AppFolder, "*torch*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MatchCasing = MatchCasing.CaseInsensitive,
        });
        Assert.AreEqual("", string.Join(", ", torch), "the application's folder has no TorchSharp and no libtorch");

        var folder = Directory.CreateTempSubdirectory("alice-scoring-").FullName;
        try
        {
            var context = new MLContext();
            var rows = TestModels.Rows(seed: 1, count: 50, featureCount: 6);
            var data = TestTasks.View(context, rows, 6);
            var ensemble = new NetworkEnsemble(
            [
                new(TestTasks.Network(task, Activation.GELU, seed: 2, 6, 64, 64)),
                TestEnsembles.Encoded(task, Activation.ReLU, seed: 3, 6, 64, 64),
            ]);
            var model = TestTasks.Transformer(task, context, ensemble, data.Schema);
            context.Model.Save(model, data.Schema, Path.Combine(folder, "model.zip"));
            File.WriteAllLines(
                Path.Combine(folder, "features.csv"), rows.Select(r => string.Join(',', r.Features.Select(Invariant))));

            var bits = await Run(
                enableAvx512, Path.Combine(folder, "model.zip"), Path.Combine(folder, "features.csv"));
            var scores = new float[ensemble.OutputCount];
            CollectionAssert.AreEqual(
                rows.Select(row =>
                {
                    ensemble.Forward(row.Features, scores);
                    return string.Join(' ', scores.Select(BitConverter.SingleToUInt32Bits));
                }).ToArray(),
                bits.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Invariant(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    private async Task<string> Run(string enableAvx512, params string[] arguments)
    {
        var app = Path.Combine(AppFolder, "Alice.ML.ScoringApp.dll");
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        using var process = Process.Start(new ProcessStartInfo(host, [app, .. arguments])
        {
            Environment = { ["DOTNET_EnableAVX512"] = enableAvx512 },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.CancellationToken);
        await process.WaitForExitAsync(TestContext.CancellationToken);
        Assert.AreEqual(0, process.ExitCode, await error);
        return (await output).ReplaceLineEndings("\n");
    }
}
