using Alice.ML.Trainers;
using Alice.ML.Training.Members;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Fit;

/// <summary>The networks of the ensemble at the start of their final training, and the outcome of the race.</summary>
/// <param name="Members">The networks; they belong to the caller.</param>
/// <param name="Choice">The outcome of the race.</param>
/// <param name="Saved">The checkpoint that they were read from. Null: there is none.</param>
internal sealed record ChosenNetworks(
    IReadOnlyList<NetworkInTraining> Members, PlanChoice.Result Choice, SavedTraining? Saved)
{
    /// <summary>Reads the networks from a checkpoint, runs the race, or creates the networks that the options ask
    /// for.</summary>
    public static ChosenNetworks Of(FitContext fit, ScaledRows rows, EnsemblePlan ensemble, TrainingSettings settings)
    {
        if (fit.Checkpoint?.Saved(TrainingPhase.Training) is { } reader)
        {
            var saved = SavedTraining.Read(reader);
            return new(saved.Members(reader, ensemble, settings), saved.Choice, saved);
        }
        if (!HasRace(fit.Options, rows, ensemble))
            return new(ensemble.CreateMembers(settings), new PlanChoice.Result(), null);
        var (members, choice) = new PlanChoice(fit, rows, ensemble, settings).Make();
        return new(members, choice, null);
    }

    public override string ToString() =>
        $"{Members.Sum(member => (long)member.Shape.Parameters):N0} parameters, "
        + $"{Math.Ceiling(Members.Max(member => member.Course.Length)):N0} epochs";

    private static bool HasRace(AliceTrainerOptions options, ScaledRows rows, EnsemblePlan ensemble) =>
        rows.Initial is null && !rows.IsText && rows.Training.TotalRows >= AutoRules.LeastRowsOfRace
        && (ensemble.Candidates.Count > 1 || options.NumberOfEpochs is null || rows.Task.Levels.Count > 0);
}
