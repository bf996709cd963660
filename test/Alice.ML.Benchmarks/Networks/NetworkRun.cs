using Alice.ML.Optimization;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>An optimizer by its name: AdamW, or Alice with options.</summary>
internal sealed record NetworkContender(string Name, AliceOptimizerOptions? Alice)
{
    public static NetworkContender AdamW { get; } = new("AdamW", Alice: null);
}

/// <summary>One run: a network trained with so many gradient evaluations, the learning rate falling by half a cosine.</summary>
internal static class NetworkRun
{
    /// <summary>The loss on held-out rows at the end; infinite where training failed.</summary>
    public static double HeldOutLoss(NetworkTask task, NetworkContender contender, double learningRate, int evaluations, int seed)
    {
        using var network = task.Create(seed);
        using optim.Optimizer optimizer = contender.Alice is { } options
            ? new AliceOptimizer(network, options with { LearningRate = learningRate })
            : optim.AdamW(network.parameters(), learningRate, beta2: 0.999, weight_decay: 0);
        var random = new Random(seed);
        var used = 0;
        try
        {
            while (used < evaluations)
            {
                foreach (var group in optimizer.ParamGroups)
                    group.LearningRate = learningRate * 0.5 * (1 + Math.Cos(Math.PI * used / evaluations));
                Step(task, network, optimizer, random.Next(), ref used);
            }
        }
        catch (InvalidOperationException)
        {
            return double.PositiveInfinity;
        }
        var loss = task.HeldOutLoss(network);
        return double.IsFinite(loss) ? loss : double.PositiveInfinity;
    }

    private static void Step(
        NetworkTask task, nn.Module<Tensor, Tensor> network, optim.Optimizer optimizer, int batch, ref int used)
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        optimizer.step(() =>
        {
            calls++;
            optimizer.zero_grad();
            var loss = task.Loss(network, new Random(batch));
            loss.backward();
            return loss;
        });
        used += calls;
    }
}
