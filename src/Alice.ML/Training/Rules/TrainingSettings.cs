using Alice.ML.Optimization;
using Alice.ML.Training.Ranks;

namespace Alice.ML.Training.Rules;

/// <summary>Settings of one run, with all choices made.</summary>
internal sealed record TrainingSettings
{
    public required AliceOptimizerOptions Optimizer { get; init; }

    /// <summary>Initial learning rate.</summary>
    public required double LearningRate { get; init; }

    public required int NumberOfEpochs { get; init; }

    /// <summary>Whether the user has set <see cref="NumberOfEpochs"/>.</summary>
    public bool HasChosenLength { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Number of parts in which a minibatch is evaluated, one after the other.</summary>
    public required int GradientAccumulation { get; init; }

    /// <summary>Candidate weight decays, ascending. Runs without a race use the first.</summary>
    public required IReadOnlyList<double> WeightDecays { get; init; }

    /// <summary>Number of epochs without improvement after which training stops. Null: never.</summary>
    public required int? Patience { get; init; }

    /// <summary>Share of the best validation loss that counts as an improvement.</summary>
    public required double MinimumImprovement { get; init; }

    public required TimeSpan? MaximumTime { get; init; }

    /// <summary>Whether the run was asked to stop.</summary>
    public required Func<bool> IsCancelled { get; init; }

    /// <summary>Number of folds of the race.</summary>
    public int Folds { get; init; } = 1;

    /// <summary>Number of threads that train members in parallel.</summary>
    public required int Workers { get; init; }

    public required int Seed { get; init; }

    public required TorchSharp.torch.Device Device { get; init; }

    /// <summary>Ranks that train the same networks on other rows. Null: there are none.</summary>
    public Peers? Peers { get; init; }

    /// <summary>Which rank trains which networks.</summary>
    public Spread Spread { get; init; } = Spread.Alone;

    /// <summary>Whether networks train by vector kernels on plain memory, or by tensors.</summary>
    public bool UsesKernels { get; init; }

    /// <summary>Whether to stack networks on the CPU too, where stacks are slower than kernels. For tests.</summary>
    public bool StacksOnCpu { get; init; }

    /// <summary>Whether networks with the same layers take their steps together.</summary>
    public bool UsesStacks => !UsesKernels && (StacksOnCpu || Device.type != TorchSharp.DeviceType.CPU);
}
