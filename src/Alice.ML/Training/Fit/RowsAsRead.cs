using Alice.ML.Training.Data;
using Alice.ML.Training.Reading;
using Microsoft.ML;

namespace Alice.ML.Training.Fit;

/// <summary>The rows of a fit as they were read: unusable rows are left out, and nothing is scaled.</summary>
/// <param name="Training">Training rows.</param>
/// <param name="Validation">The user's validation rows. Null: none were given.</param>
internal sealed record RowsAsRead(TrainingData Training, TrainingData? Validation)
{
    /// <summary>Reads the rows, each once.</summary>
    /// <param name="fit">The fit.</param>
    /// <param name="context">The training context with the rows.</param>
    /// <param name="memory">Limits the memory of the rows. Null: no limit.</param>
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
