using Alice.ML.Optimization.Runtime;
using Alice.ML.Tests.Trainers;
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
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => Losses("cuda:99"));
        StringAssert.StartsWith(error.Message, "Device is 'cuda:99', but this machine has ");
    }

    [TestMethod]
    public void Step_times()
    {
        foreach (var (hidden, batch) in new[] { (64, 128), (256, 512), (1024, 4096) })
            foreach (var device in new[] { "cpu", "cuda" })
            {
                var options = Options(device, 2);
                options.HiddenLayers = [hidden, hidden];
                options.BatchSize = batch;
                var epochs = new List<AliceEpoch>();
                options.Progress = new Watcher(epochs.Add);
                _ml.Regression.Trainers.Alice(options).Fit(Example.View(_ml, Example.Smooth(100 * batch)));
                var microseconds = (epochs[1].Seconds - epochs[0].Seconds) / 100 * 1e6;
                TestContext.WriteLine($"{device}: 4-{hidden}-{hidden}-1, batch {batch}: {microseconds:f0} µs a step");
                Assert.IsGreaterThan(0, microseconds);
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
