using Alice.ML.Benchmarks.Quality;
using Alice.ML.Models;
using Alice.ML.Optimization.Runtime;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Tool.Data;
using Alice.ML.Trainers;
using Alice.ML.Training;
using Alice.ML.Training.Rules;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Benchmarks;

/// <summary>The rival of the 'quality' command is what it is said to be: the networks that torch's own modules and Adam
/// would give.</summary>
[TestClass]
[DoNotParallelize]
public class AdamNetworkTests
{
    private const int Rows = 40;
    private const int Epochs = 15;
    private const double Tolerance = 1e-4;
    private static readonly int[] LayerSizes = [3, 8, 5];

    [TestMethod]
    [DataRow(TaskKind.Regression, 0.0)]
    [DataRow(TaskKind.Binary, 1.0)]
    [DataRow(TaskKind.Multiclass, 3.0)]
    public void It_learns_as_torch_optim_Adam_does(TaskKind task, double weightDecay)
    {
        LibTorch.EnsureLoaded();
        int[] layers = [.. LayerSizes, task == TaskKind.Multiclass ? 3 : 1];
        var random = new Random(1);
        float[] inputs = [.. Enumerable.Range(0, Rows * layers[0]).Select(_ => random.NextSingle() * 2 - 1)];
        float[] targets = [.. Enumerable.Range(0, Rows).Select(r =>
            task == TaskKind.Regression ? inputs[3 * r] * inputs[3 * r + 1]
                : MathF.Floor((inputs[3 * r] + 1) * (layers[^1] == 3 ? 1.4f : 0.99f)))];
        // One batch an epoch: the order of the rows does not matter.
        var settings = new AdamSettings(
            null, [new AdamPlan(null, NumericEncoding.None, LayerSizes[1..], 0, Epochs, weightDecay)], Activation.ReLU,
            Rows, 1, 1);
        using var network = new AdamNetwork(layers, task, settings, settings.Networks[0], seed: 1);

        using var scope = NewDisposeScope();
        var model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, layers[^1]));
        foreach (var (to, from) in model.parameters().Zip(network.Parameters))
            using (no_grad())
                to.copy_(from);
        network.Train(inputs, targets);
        Train(model, task, weightDecay, tensor(inputs, Rows, 3), tensor(targets, Rows, 1));

        foreach (var (expected, actual) in model.parameters().Zip(network.Parameters))
            Assert.IsLessThan(Tolerance, (expected - actual).abs().max().item<float>());
    }

    private static void Train(
        nn.Module<Tensor, Tensor> model, TaskKind task, double weightDecay, Tensor inputs, Tensor targets)
    {
        // TorchSharp's own Adam is what to compare with; nothing runs beside it that could collect.
#pragma warning disable RS0030
        var adam = optim.Adam(model.parameters(), 3e-3, 0.95, 0.995);
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            var rate = 3e-3 * LearningRateSchedule.Cosine.Factor((double)epoch / Epochs);
            foreach (var group in adam.ParamGroups)
                group.LearningRate = rate;
            adam.zero_grad();
            var outputs = model.forward(inputs);
            var loss = task switch
            {
                TaskKind.Regression => nn.functional.mse_loss(outputs, targets),
                TaskKind.Binary => nn.functional.binary_cross_entropy_with_logits(outputs, targets),
                _ => nn.functional.cross_entropy(outputs, targets.squeeze(1).to(ScalarType.Int64)),
            };
            loss.backward();
            adam.step();
#pragma warning restore RS0030
            using var guard = no_grad();
            foreach (var parameter in model.parameters())
                parameter.Scale(1 - rate * weightDecay);
        }
    }
}
