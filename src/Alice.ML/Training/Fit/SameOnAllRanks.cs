using System.Text.Json;
using Alice.ML.Trainers;
using Alice.ML.Training.Checkpoints;
using Alice.ML.Training.Data;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Training.Fit;

/// <summary>Checks that ranks that train together agree on everything that they must have in common, before they read
/// any row.</summary>
internal static class SameOnAllRanks
{
    /// <exception cref="InvalidOperationException">Something differs. The message says what, and on which
    /// ranks.</exception>
    public static void Require(Peers peers, AliceTrainerOptions options, Type trainer, TrainContext context)
    {
        peers.RequireSame("their version of Alice.ML: install the same one everywhere",
            typeof(Peers).Module.ModuleVersionId.ToString());
        peers.RequireSame("their trainer: create the same one on all ranks", trainer.Name);
        foreach (var (name, value) in RunIdentity.ValuesOf(options, all: true))
            peers.RequireSame($"the option {name}: set it alike on all ranks", value);

        var schema = context.TrainingSet.Schema;
        var feature = schema.Feature!.Value;
        var size = ((VectorDataViewType)feature.Type).Size;
        var nameOf = FeatureNames.Of(feature);
        peers.RequireSame(
            $"the features of the column '{feature.Name}', their number or their names: fit the pipeline that makes "
            + "them on one rank, save it, and load it on the others",
            string.Join('\n', Enumerable.Range(0, size).Select(nameOf)));
        var label = schema.Label!.Value;
        peers.RequireSame(
            $"the type or the key values of the label column '{label.Name}': fit MapValueToKey on one rank, save it, "
            + "and load it on the others", $"{label.Type}: {KeyValues(label)}");
        peers.RequireSame("having validation data: give it to Fit on all ranks or on none",
            $"{context.ValidationSet is not null}");
        peers.RequireSame("having a model to continue from: give it to Fit on all ranks or on none",
            $"{context.InitialPredictor is not null}");
    }

    /// <summary>Checks that ranks that train different networks have the same rows.</summary>
    /// <exception cref="InvalidOperationException">The rows differ. The message names the ranks and what
    /// differs.</exception>
    public static void RequireRows(
        Peers peers, TrainingData training, TrainingData? validation, DataViewSchema.Column feature)
    {
        Require(training, "training data");
        if (validation is not null)
            Require(validation, "validation data");

        void Require(TrainingData data, string what)
        {
            var own = DataIdentity.Of(data);
            var first = JsonSerializer.Deserialize<DataIdentity>(
                peers.Broadcast(JsonSerializer.SerializeToUtf8Bytes(own)))!;
            Peers.Agree(peers, () => own.DifferencesFrom(first, what, FeatureNames.Of(feature)).ToArray() is
            { Length: > 0 } differences ? throw new InvalidOperationException(
                $"Beside rank 0, {string.Join("; ", differences)}. With Replicated every rank reads the same rows in "
                + $"the same order.") : true);
        }
    }

    private static string KeyValues(DataViewSchema.Column label)
    {
        if (label.Annotations.Schema.GetColumnOrNull(AnnotationUtils.Kinds.KeyValues) is not { } column)
            return "";
        if (((VectorDataViewType)column.Type).ItemType is not TextDataViewType)
        {
            VBuffer<float> numbers = default;
            if (((VectorDataViewType)column.Type).ItemType != NumberDataViewType.Single)
                return column.Type.ToString()!;
            label.GetKeyValues(ref numbers);
            return string.Join('\n', numbers.DenseValues());
        }
        VBuffer<ReadOnlyMemory<char>> texts = default;
        label.GetKeyValues(ref texts);
        return string.Join('\n', texts.DenseValues());
    }
}
