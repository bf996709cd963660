using Alice.ML.Models;
using Alice.ML.Trainers;
using Alice.ML.Training;

namespace Alice.ML.Tool.Modelling;

/// <summary>The network options of the command line. Null leaves the choice to the trainer.</summary>
internal sealed record NetworkSettings
{
    public int[]? HiddenLayers { get; init; }

    public Activation Activation { get; init; } = Activation.ReLU;

    public double? Dropout { get; init; }

    public int? NumberOfNetworks { get; init; }

    public NumericEncoding? NumericEncoding { get; init; }

    public int? NumberOfBins { get; init; }

    public double? WeightDecay { get; init; }

    public Effort Effort { get; init; }

    public int? NumberOfEpochs { get; init; }

    public int? BatchSize { get; init; }

    public double? LearningRate { get; init; }

    /// <summary>For regression.</summary>
    public RegressionLoss? Loss { get; init; }

    public double ValidationFraction { get; init; }

    public int? Patience { get; init; }

    public TimeSpan? MaximumTime { get; init; }

    public string? CheckpointPath { get; init; }

    public TimeSpan? CheckpointInterval { get; init; }

    public bool Resume { get; init; }

    public string Device { get; init; } = "auto";

    public int? NumberOfThreads { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>The ranks that share rows or networks. Null: there is one process.</summary>
    public Communicator? Ranks { get; init; }

    /// <summary>Whether every rank has all rows.</summary>
    public bool Replicated { get; init; }

    /// <summary>Sets the options that all trainers have.</summary>
    public void Apply(AliceTrainerOptions options, string label, string features, IProgress<AliceProgress> progress,
        CancellationToken cancellation)
    {
        options.LabelColumnName = label;
        options.FeatureColumnName = features;
        options.HiddenLayers = HiddenLayers;
        options.Activation = Activation;
        options.Dropout = Dropout ?? options.Dropout;
        options.NumberOfNetworks = NumberOfNetworks ?? options.NumberOfNetworks;
        options.NumericEncoding = NumericEncoding ?? options.NumericEncoding;
        options.NumberOfBins = NumberOfBins ?? options.NumberOfBins;
        options.WeightDecay = WeightDecay ?? options.WeightDecay;
        options.Effort = Effort;
        options.NumberOfEpochs = NumberOfEpochs;
        options.BatchSize = BatchSize;
        options.LearningRate = LearningRate;
        options.ValidationFraction = ValidationFraction;
        options.EarlyStoppingPatience = Patience;
        options.MaximumTrainingTime = MaximumTime;
        options.CheckpointPath = CheckpointPath;
        options.CheckpointInterval = CheckpointInterval;
        options.ResumeFromCheckpoint = Resume;
        options.Seed = Seed;
        options.Communicator = Ranks;
        options.Replicated = Replicated;
        options.Device = Device;
        options.NumberOfThreads = NumberOfThreads;
        options.Progress = progress;
        options.CancellationToken = cancellation;
    }
}
