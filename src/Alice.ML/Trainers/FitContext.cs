using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>What all parts of one fit need. A fit is a chain of values, each made of the one before:
/// <see cref="RowsAsRead"/>, <see cref="FitTask"/>, <see cref="ScaledRows"/>, <see cref="ChosenNetworks"/>,
/// <see cref="TrainedNetworks"/>, and the model.</summary>
/// <param name="Options">The trainer's options.</param>
/// <param name="Channel">Told of what happens.</param>
/// <param name="Clock">Runs since the fit began.</param>
/// <param name="Peers">Ranks that train together; null: alone.</param>
/// <param name="Checkpoint">Keeps the run while it goes on; null: nothing does.</param>
internal sealed record FitContext(
    AliceTrainerOptions Options, IChannel Channel, RunClock Clock, Peers? Peers = null,
    RunCheckpoint? Checkpoint = null)
{
    /// <summary>Decides all random draws.</summary>
    public required int Seed { get; init; }

    public required DataViewSchema.Column Label { get; init; }

    public required DataViewSchema.Column Feature { get; init; }

    /// <summary>Whether somebody asked to stop.</summary>
    public required Func<bool> IsCancelled { get; init; }
}
