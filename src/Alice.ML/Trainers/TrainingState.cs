using Alice.ML.Training;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Members;
using Alice.ML.Training.Plan;
using Alice.ML.Training.Rules;

namespace Alice.ML.Trainers;

/// <summary>What a checkpoint of the training of the ensemble holds besides the networks: what they are, what was
/// measured, and the epochs so far.
/// </summary>
internal sealed record TrainingState
{
    public required PlanChoice.Result Choice { get; init; }

    public required IReadOnlyList<NetworkPlan> Plans { get; init; }

    public required IReadOnlyList<Course> Courses { get; init; }

    public required IReadOnlyList<AliceEpoch> Epochs { get; init; }

    /// <summary>Writes all that the rest of a fit depends on.</summary>
    public static void Save(
        BinaryWriter writer, PlanChoice.Result choice, Ensemble ensemble, IReadOnlyList<AliceEpoch> epochs,
        EnsembleTrainer trainer)
    {
        writer.WriteJson(new TrainingState
        {
            Choice = choice,
            Plans = ensemble.Plans,
            Courses = [.. choice.Members.Select(member => member.Course)],
            Epochs = epochs,
        });
        if (choice.Estimate is not null)
            foreach (var member in choice.Members)
                writer.WriteFloats(member.Start);
        trainer.Save(writer);
    }

    /// <summary>Makes the networks as they were made at first; the trainer restores what they have become.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="ensemble">Is told what the networks are.</param>
    /// <param name="settings">Settings of the fit.</param>
    public static TrainingState Restore(BinaryReader reader, Ensemble ensemble, TrainingSettings settings)
    {
        var state = reader.ReadJson<TrainingState>();
        // Without a race, the options say all.
        if (state.Choice.Estimate is null)
            return state with { Choice = state.Choice with { Members = ensemble.CreateMembers(settings) } };
        ensemble.Plans = state.Plans;
        return state with
        {
            Choice = state.Choice with
            {
                Members = [.. state.Plans.Zip(state.Courses).Select((network, index) => ensemble.Create(
                    Ensemble.SeedsOfRace + index, network.First, settings, network.Second,
                    reader.ReadFloats() is { Length: > 0 } start ? start : null))],
            },
        };
    }
}
