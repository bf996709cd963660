using Alice.ML.Training.Data;
using Microsoft.ML;

namespace Alice.ML.Trainers;

/// <summary>The rows of a fit as they came: nothing is left out but what cannot be used, and nothing is scaled.
/// </summary>
/// <param name="Training">Rows to learn from.</param>
/// <param name="Validation">Rows of the user's to measure on; null: none were given.</param>
internal sealed record RowsAsRead(TrainingData Training, TrainingData? Validation)
{
    /// <summary>Reads them, each once.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="context">Has the rows.</param>
    /// <param name="memory">Where rows are kept; null: in memory.</param>
    public static RowsAsRead Read(FitContext fit, TrainContext context, RowMemory? memory)
    {
        var training = DataReader.Read(context.TrainingSet, fit.Channel, memory: memory, peers: fit.Peers);
        var validation = context.ValidationSet is { } set
            ? DataReader.Read(set, fit.Channel, "validation", memory, fit.Peers)
            : null;
        if (fit.Peers?.OfNetworks is not null)
            SameOnAllRanks.RequireRows(fit.Peers, training, validation, fit.Feature);
        return new(training, validation);
    }
}
