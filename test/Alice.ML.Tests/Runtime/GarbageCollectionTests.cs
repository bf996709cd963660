using System.Globalization;
using Alice.ML.Landscape;
using Alice.ML.Models;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Samples;
using Alice.ML.Tests.Landscape;
using Alice.ML.Tests.Trainers;
using Alice.ML.Tool.Comparing;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Trainers;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Runtime;

/// <summary>Everything that computes with libtorch gives the same bits while another thread collects garbage again and
/// again: whatever is handed to libtorch stays alive until libtorch is done with it.
/// </summary>
[TestClass]
[DoNotParallelize]
public class GarbageCollectionTests
{
    /// <summary>Environment variable with the number of repetitions of each test, for a long run: 3 by
    /// default.</summary>
    private const string Repetitions = "ALICE_STRESS_REPETITIONS";

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DynamicData(nameof(TaskCase.Rows), typeof(TaskCase))]
    public void A_fit_is_the_same(TaskCase task)
    {
        var ml = new MLContext(1);
        var data = ml.Data.Cache(task.Labelled(ml, Example.Smooth(80)));
        var trainer = task.Trainer(ml, options =>
        {
            Shorten(options);
            options.Dropout = 0.1;
        });
        Repeat(() => task.Scores(ml, trainer.Fit(data).Transform(data)));
    }

    [TestMethod]
    public void A_fit_of_quantiles_with_a_robust_loss_is_the_same()
    {
        var ml = new MLContext(1);
        var data = ml.Data.Cache(Example.View(ml, Example.Smooth(80)));
        var options = new AliceRegressionTrainer.Options
        {
            Loss = RegressionLoss.Huber(1),
            Quantiles = [0.1, 0.9],
            Seed = 1
        };
        Shorten(options);
        Repeat(() =>
        {
            var scored = ml.Regression.Trainers.Alice(options).Fit(data).Transform(data);
            return [.. scored.GetColumn<float>(scored.Schema["Score"])];
        });
    }

    [TestMethod]
    public void A_loop_of_the_optimizer_is_the_same() => Repeat(() =>
    {
        using var network = new SmallNetwork(Activation.ReLU).Train(20);
        return [.. network.Module.parameters().SelectMany(p => p.data<double>().ToArray())
            .Select(value => (float)value)];
    });

    [TestMethod]
    public void A_landscape_is_the_same()
    {
        using var network = new SmallNetwork(Activation.ReLU);
        var options = new LandscapeOptions { Directions = 2, PointsPerDecade = 1, LinePoints = 5 };
        Repeat(() => [.. LandscapeProbe.Measure(network.Module, network.Loss, options)
            .Line.Points.Select(point => (float)point.Loss)]);
    }

    [TestMethod]
    public void A_comparison_is_the_same()
    {
        LibTorch.EnsureLoaded();
        var readings = Arm.Simulate(120, 1);
        var table = new Table("arm.csv",
            [.. Enumerable.Range(1, Arm.Joints).Select(joint => $"joint{joint}"), "distance"], true, ',',
            [.. readings.Select((reading, row) =>
                new Record(
                    row + 2, [.. reading.Angles.Append(reading.Distance)
                        .Select(value => value.ToString(CultureInfo.InvariantCulture))]))]);
        var labelled = new LabelledTable(
            table, Arm.Joints, TaskKind.Regression)
        { AsText = new HashSet<int>(), Ignored = new HashSet<int>() };
        var prepared = PreparedData.Of(
            labelled, Target.Number, table, RowSplit.Random(readings.Length, 0.2, 1), _ => { });
        using var data = ComparisonData.Create(new MLContext(1), prepared, 1);
        var settings = new ComparisonSettings([8, 8], Activation.ReLU, Epochs: 3, BatchSize: 8);
        Repeat(() => [.. Contender.All.Select(contender =>
            (float)ComparisonRun.Run(contender, contender.FirstRate, 1, data, settings, CancellationToken.None)
                .TestError)]);
    }

    /// <summary>A small fit that tries out networks with and without bins and weight decays, as by default.</summary>
    private static void Shorten(AliceTrainerOptions options)
    {
        options.HiddenLayers = [8];
        options.NumberOfEpochs = 4;
        options.BatchSize = 16;
        options.NumberOfNetworks = 2;
        options.NumericEncoding = NumericEncoding.Automatic;
        options.WeightDecay = null;
        options.Device = "cpu";
    }

    /// <summary>Does the work once in peace, then again and again while another thread collects.</summary>
    private void Repeat(Func<float[]> work)
    {
        using var threads = new TorchThreads(1);
        var expected = work();
        var times = int.Parse(Environment.GetEnvironmentVariable(Repetitions) ?? "3", CultureInfo.InvariantCulture);
        var failures = new List<string>();
        using var done = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!done.IsCancellationRequested)
            {
                GC.Collect();
                // The work must get on too, in a process whose heap is large.
                Thread.Sleep(1);
            }
        });
        collector.Start();
        try
        {
            for (var i = 0; i < times; i++)
                try
                {
                    if (!work().AsSpan().SequenceEqual(expected))
                        failures.Add("another result");
                }
                catch (Exception e) when (e is not UnitTestAssertException)
                {
                    failures.Add(e.Message.Split('\n')[0]);
                }
        }
        finally
        {
            done.Cancel();
            collector.Join();
        }
        TestContext.WriteLine($"{failures.Count} of {times} failed");
        Assert.IsEmpty(failures, string.Join(Environment.NewLine, failures));
    }
}
