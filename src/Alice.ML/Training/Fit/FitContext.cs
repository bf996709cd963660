using Alice.ML.Trainers;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Ranks;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Fit;

/// <summary>What all parts of a fit need. A fit is a chain of values, each made of the one before:
/// <see cref="RowsAsRead"/>, <see cref="FitTask"/>, <see cref="ScaledRows"/>, <see cref="ChosenNetworks"/>,
/// <see cref="TrainedNetworks"/>, and the model.</summary>
/// <param name="Options">The trainer's options.</param>
/// <param name="Channel">Receives messages.</param>
/// <param name="Clock">Measures the time since the fit began.</param>
/// <param name="Peers">The ranks that train together. Null: this process trains alone.</param>
/// <param name="Checkpoint">The checkpoint of the run. Null: there is none.</param>
internal sealed record FitContext(
    AliceTrainerOptions Options, IChannel Channel, RunClock Clock, Peers? Peers = null,
    RunCheckpoint? Checkpoint = null)
{
    /// <summary>Seed of all random draws.</summary>
    public required int Seed { get; init; }

    public required DataViewSchema.Column Label { get; init; }

    public required DataViewSchema.Column Feature { get; init; }

    /// <summary>Whether the run was asked to stop.</summary>
    public required Func<bool> IsCancelled { get; init; }
}
