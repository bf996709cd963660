using Alice.ML.Optimization;

namespace Alice.ML.Training;

/// <summary>Settings of one run, with nothing left to choose.</summary>
internal sealed record TrainingSettings
{
    public required AliceOptimizerOptions Optimizer { get; init; }

    /// <summary>Learning rate at the start.</summary>
    public required double LearningRate { get; init; }

    public required int NumberOfEpochs { get; init; }

    /// <summary>Whether somebody has chosen <see cref="NumberOfEpochs"/>.</summary>
    public bool HasChosenLength { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>Parts that a minibatch is evaluated in, one after the other.</summary>
    public required int GradientAccumulation { get; init; }

    /// <summary>Decoupled weight decays to choose from, ascending; the first is that of runs without a race.</summary>
    public required IReadOnlyList<double> WeightDecays { get; init; }

    /// <summary>Epochs without improvement after which training ends; null: never.</summary>
    public required int? Patience { get; init; }

    /// <summary>Share of the best validation loss that counts as an improvement.</summary>
    public required double MinimumImprovement { get; init; }

    public required TimeSpan? MaximumTime { get; init; }

    /// <summary>Whether somebody asked to stop.</summary>
    public required Func<bool> IsCancelled { get; init; }

    /// <summary>Parts of the rows that are held out while plans are compared.</summary>
    public int Folds { get; init; } = 1;

    /// <summary>Threads that train members side by side.</summary>
    public required int Workers { get; init; }

    public required int Seed { get; init; }

    public required TorchSharp.torch.Device Device { get; init; }

    /// <summary>Who trains the same networks on further rows; null: nobody.</summary>
    public Peers? Peers { get; init; }

    /// <summary>Who trains which networks.</summary>
    public Spread Spread { get; init; } = Spread.Alone;

    /// <summary>Whether networks train by vector kernels on plain memory, or by tensors.</summary>
    public bool UsesKernels { get; init; }

    /// <summary>Whether networks are stacked on the CPU too, where it is slower than kernels: for tests.</summary>
    public bool StacksOnCpu { get; init; }

    /// <summary>Whether networks of the same layers take their steps as one.</summary>
    public bool UsesStacks => !UsesKernels && (StacksOnCpu || Device.type != TorchSharp.DeviceType.CPU);
}
