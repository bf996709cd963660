using Alice.ML.Optimization;
using Alice.ML.Tool.Comparing;
using static TorchSharp.torch;

namespace Alice.ML.Benchmarks.Networks;

/// <summary>An optimizer by its name: AdamW without decay, or Alice with options.</summary>
internal sealed record NetworkContender(string Name, AliceOptimizerOptions? Alice)
{
    public static NetworkContender AdamW { get; } = new("AdamW", Alice: null);
}

/// <summary>One run: a network trained with so many gradient evaluations, the learning rate falling by half a
/// cosine.</summary>
internal static class NetworkRun
{
    /// <summary>The loss on held-out rows at the end; infinite where training failed.</summary>
    public static double HeldOutLoss(
        NetworkTask task, NetworkContender contender, double learningRate, int evaluations, int seed)
    {
        using var network = task.Create(seed);
        using IStepper stepper = contender.Alice is { } options
            ? new AliceStepper(new AliceOptimizer(network, options))
            : new AdamStepper([.. network.parameters()]);
        var random = new Random(seed);
        try
        {
            while (stepper.Evaluations < evaluations)
            {
                using var scope = NewDisposeScope();
                var batch = random.Next();
                stepper.Step(() => task.Loss(network, new Random(batch)), () => network.zero_grad(),
                    learningRate * 0.5 * (1 + Math.Cos(Math.PI * stepper.Evaluations / evaluations)));
            }
        }
        catch (InvalidOperationException)
        {
            return double.PositiveInfinity;
        }
        var loss = task.HeldOutLoss(network);
        return double.IsFinite(loss) ? loss : double.PositiveInfinity;
    }
}
