using Alice.ML.Optimization;
using Alice.ML.Optimization.Tensors;
using Alice.ML.Training;
using static TorchSharp.torch;

namespace Alice.ML.Tests.Ranks;

/// <summary>A module of one's own on several ranks: the closure sums gradients and loss.</summary>
[TestClass]
public class OptimizerRanksTests
{
    private const int Rows = 24;

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    public void Ranks_that_sum_in_the_closure_give_the_weights_of_one_in_double_precision(int size)
    {
        var alone = Train(null);
        foreach (var weights in ThreadRanks.Run(size, Train))
            foreach (var (expected, actual) in alone.Zip(weights))
                Assert.AreEqual(expected, actual, 1e-10);
    }

    private static double[] Train(Communicator? ranks)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(1);
        using var drawn = new Generator(2);
        var x = randn(Rows, 3, dtype: ScalarType.Float64, generator: random);
        var y = x.sin().sum(1, keepdim: true);
        var (rank, size) = (ranks?.Rank ?? 0, ranks?.Size ?? 1);
        // The last rank has fewer rows.
        var (from, to) = (rank * (Rows / size + 1), Math.Min(Rows, (rank + 1) * (Rows / size + 1)));
        (x, y) = (x.narrow(0, from, to - from), y.narrow(0, from, to - from));

        using var network = nn.Sequential(nn.Linear(3, 8, dtype: ScalarType.Float64), nn.Tanh(),
            nn.Linear(8, 1, dtype: ScalarType.Float64));
        var parameters = network.parameters().ToArray();
        using (no_grad())
            foreach (var parameter in parameters)
                parameter.copy_(randn(parameter.shape, dtype: ScalarType.Float64, generator: random).Scale(0.5));
        using var optimizer = new AliceOptimizer(network, AliceOptimizerOptions.General with { Generator = drawn });
        for (var step = 0; step < 300; step++)
            optimizer.step(() =>
            {
                network.zero_grad();
                var loss = nn.functional.mse_loss(network.forward(x), y, nn.Reduction.Sum).Scale(1.0 / Rows);
                loss.backward();
                if (ranks is null)
                    return loss;
                // All gradients, and the loss, in one sum.
                double[] own = [.. parameters.SelectMany(p => p.grad!.data<double>().ToArray()), loss.item<double>()];
                ranks.Sum(own.AsSpan());
                var first = 0;
                using var guard = no_grad();
                foreach (var parameter in parameters)
                {
                    var count = (int)parameter.numel();
                    parameter.grad!.copy_(tensor(own[first..(first + count)]).view(parameter.shape));
                    first += count;
                }
                return tensor(own[^1], ScalarType.Float64);
            }).Dispose();
        return [.. parameters.SelectMany(parameter => parameter.data<double>().ToArray())];
    }
}
