using Alice.ML.Optimization;
using Alice.ML.Training.Rules;
using TorchSharp;

namespace Alice.ML.Tests.Training;

/// <summary>Settings of a run, for tests that need no more of them than a few.</summary>
internal static class TestSettings
{
    /// <summary>One epoch on the CPU by one worker, without limits.</summary>
    public static TrainingSettings Of(int batchSize) => new()
    {
        Optimizer = AliceOptimizerOptions.Tabular,
        LearningRate = 1e-3,
        NumberOfEpochs = 1,
        BatchSize = batchSize,
        GradientAccumulation = 1,
        WeightDecays = [0],
        Patience = null,
        MinimumImprovement = 0,
        MaximumTime = null,
        IsCancelled = () => false,
        Workers = 1,
        Seed = 1,
        Device = torch.CPU,
    };
}
