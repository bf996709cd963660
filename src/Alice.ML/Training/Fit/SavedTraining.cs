using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Members;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Fit;

/// <summary>What a checkpoint of the final training holds besides the networks: their plans, the outcome of the race,
/// and the epochs so far.</summary>
internal sealed record SavedTraining
{
    public required PlanChoice.Result Choice { get; init; }

    public required IReadOnlyList<NetworkPlan> Plans { get; init; }

    public required IReadOnlyList<Course> Courses { get; init; }

    public required IReadOnlyList<AliceEpoch> Epochs { get; init; }

    /// <summary>Writes everything that the rest of the fit depends on.</summary>
    public static void Write(
        BinaryWriter writer, PlanChoice.Result choice, IReadOnlyList<AliceEpoch> epochs, EnsembleTrainer trainer)
    {
        writer.WriteJson(new SavedTraining
        {
            Choice = choice,
            Plans = [.. trainer.Members.Select(member => member.Plan)],
            Courses = [.. trainer.Members.Select(member => member.Course)],
            Epochs = epochs,
        });
        if (choice.Estimate is not null)
            foreach (var member in trainer.Members)
                writer.WriteFloats(member.Start);
        trainer.Save(writer);
    }

    /// <summary>Reads the first part; <see cref="Members"/> and the trainer read the rest.</summary>
    public static SavedTraining Read(BinaryReader reader) => reader.ReadJson<SavedTraining>();

    /// <summary>Creates the networks as at the start of the final training. The trainer then restores their
    /// state.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="ensemble">Creates networks.</param>
    /// <param name="settings">Settings of the fit.</param>
    public IReadOnlyList<NetworkInTraining> Members(
        BinaryReader reader, EnsemblePlan ensemble, TrainingSettings settings) =>
        // Without a race, the options define the networks.
        Choice.Estimate is null
            ? ensemble.CreateMembers(settings)
            : [.. Plans.Zip(Courses).Select((network, index) => ensemble.Create(
                EnsemblePlan.SeedsOfRace + index, network.First, settings, network.Second,
                reader.ReadFloats() is { Length: > 0 } start ? start : null))];
}
