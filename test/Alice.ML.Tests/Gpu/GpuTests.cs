using System.Globalization;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Tests.Trainers;
using Alice.ML.Tests.Training.Stack;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Microsoft.ML;
using TorchSharp;

namespace Alice.ML.Tests.Gpu;

/// <summary>Run by build/gpu-check.sh; inconclusive where there is no CUDA.</summary>
[TestClass]
[TestCategory("Gpu")]
[DoNotParallelize]
public class GpuTests
{
    private readonly MLContext _ml = new(seed: 1);

    public required TestContext TestContext { get; init; }

    [TestInitialize]
    public void NeedsCuda()
    {
        LibTorch.EnsureLoaded();
        if (!torch.cuda.is_available())
            Assert.Inconclusive("This machine has no CUDA.");
    }

    // Products on the two devices round differently, and ReLU kinks amplify that: after 200 steps the loss agrees to
    // 2%.
    [TestMethod]
    public void Cpu_and_gpu_agree_after_200_steps()
    {
        var losses = new[] { "cpu", "cuda" }.Select(device => Losses(device)[^1]).ToArray();
        TestContext.WriteLine($"loss after 200 steps: cpu {losses[0]}, cuda {losses[1]}");
        Assert.AreEqual(losses[0], losses[1], 0.02 * losses[0]);
    }

    [TestMethod]
    public void A_model_trained_on_the_gpu_scores_in_plain_net_as_it_trained()
    {
        var data = Example.View(_ml, Example.Smooth(2000));
        var model = _ml.Regression.Trainers.Alice(Options("cuda", 50)).Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        stream.Position = 0;
        Assert.IsGreaterThan(0.98, _ml.Regression.Evaluate(_ml.Model.Load(stream, out _).Transform(data)).RSquared);
    }

    [TestMethod]
    public void Live_tensors_stay_flat()
    {
        Losses("cuda");
        var before = LiveTensors.Count();
        Losses("cuda");
        Assert.AreEqual(before, torch.Tensor.TotalCount);
    }

    [TestMethod]
    public void A_card_that_is_not_there_is_refused()
    {
        var cards = torch.cuda.device_count();
        foreach (var name in new[] { $"cuda:{cards}", "cuda:99" })
            Assert.AreEqual(
                $"Device is '{name}', but this machine has {cards} CUDA card(s), numbered from 0.",
                Assert.ThrowsExactly<InvalidOperationException>(() => Losses(name)).Message);
    }

    /// <summary>Random numbers of a stack are the same on every device: so dropout may be part of it.</summary>
    [TestMethod]
    [DataRow("squared", "numbers", 0.0)]
    [DataRow("squared", "bins", 0.2)]
    [DataRow("quantiles", "numbers", 0.0)]
    [DataRow("logistic", "sparse", 0.2)]
    [DataRow("softmax", "numbers", 0.2)]
    public void A_stack_on_the_gpu_takes_the_steps_of_one_on_the_cpu(string objective, string kind, double dropout)
    {
        var losses = new[] { torch.CPU, torch.CUDA }.Select(device =>
        {
            using var problem = new StackProblem(objective, [32, 16], dropout: dropout, kind: kind, device: device);
            return StackRun.Take(problem, networks: 4, steps: 200, out _);
        }).ToArray();
        var difference = losses[0].Zip(losses[1]).Max(pair => Math.Abs(pair.First / pair.Second - 1));
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RESULT| agreement with the CPU after 200 steps, {objective}, {kind}, dropout {dropout} | "
            + $"{difference:e1} |"));
        Assert.IsLessThan(1e-3, difference);
    }

    [TestMethod]
    public void Operations_of_a_step()
    {
        using var problem = new StackProblem("squared", [64, 64], weights: false, device: torch.CUDA);
        StackRun.Take(problem, networks: 4, steps: 32, out var operations);
        TestContext.WriteLine($"RESULT| operations of a quick and a sample step, four networks | "
            + $"{operations.Min()} and {operations.Max()} |");
        Assert.IsLessThanOrEqualTo(45, operations.Min());
        Assert.IsLessThanOrEqualTo(60, operations.Max());
    }

    [TestMethod]
    [DataRow(16, 64, 128, 4)]
    [DataRow(64, 256, 512, 4)]
    [DataRow(64, 256, 512, 32)]
    [DataRow(64, 1024, 4096, 4)]
    public void Steps_a_second(int columns, int units, int rows, int networks)
    {
        var card = Rate(torch.CUDA);
        var host = Rate(torch.CPU);
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"RESULT| steps a second, {columns}-{units}-{units}-1 × {networks}, batch {rows}: card, CPU | "
            + $"{card:n0}, {host:n0} |"));
        Assert.IsGreaterThan(0, card);

        double Rate(torch.Device device)
        {
            using var problem = new StackProblem(
                "squared", [units, units], weights: false, device: device, columns: columns, batchSize: rows);
            return device.type == DeviceType.CPU
                ? StackRun.KernelSteps(problem, networks) : StackRun.Steps(problem, networks);
        }
    }

    private List<double> Losses(string device)
    {
        var epochs = new List<AliceEpoch>();
        var options = Options(device, 20);
        options.Progress = new Watcher(epochs.Add);
        _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, Example.Smooth(640)));
        return [.. epochs.Select(e => e.TrainingLoss)];
    }

    private static AliceRegressionTrainer.Options Options(string device, int epochs) =>
        new()
        {
            HiddenLayers = [32, 32],
            NumberOfEpochs = epochs,
            NumberOfNetworks = 1,
            NumericEncoding = NumericEncoding.None,
            WeightDecay = 0,
            BatchSize = 64,
            Seed = 1,
            Device = device
        };
}
