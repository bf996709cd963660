using Alice.ML.Models;
using Alice.ML.Trainers;
using Alice.ML.Training;

namespace Alice.ML.Samples.Modelling;

/// <summary>What the command line says about the network; null leaves the choice to the trainer.</summary>
internal sealed record NetworkSettings
{
    public int[] HiddenLayers { get; init; } = [64, 64];

    public Activation Activation { get; init; } = Activation.ReLU;

    public double Dropout { get; init; }

    public int? NumberOfEpochs { get; init; }

    public int? BatchSize { get; init; }

    public double? LearningRate { get; init; }

    public string Device { get; init; } = "auto";

    public int? NumberOfThreads { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>The trainer's options for given columns.</summary>
    public AliceRegressionTrainer.Options ToRegressionOptions(
        string label, string features, IProgress<AliceEpoch> progress) => new()
    {
        LabelColumnName = label,
        FeatureColumnName = features,
        HiddenLayers = HiddenLayers,
        Activation = Activation,
        Dropout = Dropout,
        NumberOfEpochs = NumberOfEpochs,
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        Seed = Seed,
        Device = Device,
        NumberOfThreads = NumberOfThreads,
        Progress = progress,
    };
}
