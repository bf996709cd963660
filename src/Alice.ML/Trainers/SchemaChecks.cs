using Alice.ML.Training.Reading;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Trainers;

/// <summary>Checks of the training data's schema that say what to do, ahead of ML.NET's own.</summary>
internal static class SchemaChecks
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of the wrong type.</exception>
    public static void Check(DataViewSchema schema, string label, SchemaShape.Column feature, SchemaShape.Column weight)
    {
        Find(schema, "label", label, "LabelColumnName");
        var type = Find(schema, "feature", feature.Name, "FeatureColumnName").Type;
        if (type is not VectorDataViewType vector || vector.ItemType != NumberDataViewType.Single)
            throw Mismatch("feature", feature.Name, type,
                "a vector of Single: gather the inputs with Transforms.Concatenate");
        if (!vector.IsKnownSize)
            throw Mismatch("feature", feature.Name, type,
                "a vector of known length: give the column a size where it is loaded or made");
        if (weight.IsValid && Find(schema, "weight", weight.Name, "ExampleWeightColumnName").Type is var weightType
            && weightType != NumberDataViewType.Single)
            throw Mismatch("weight", weight.Name, weightType,
                "a Single: convert it with Transforms.Conversion.ConvertType");
    }

    /// <exception cref="ArgumentException">Ranks that divide the rows cannot learn these labels.</exception>
    public static void CheckRanks(AliceTrainerOptions options, DataViewSchema.Column label)
    {
        if (OptionErrors.DividesRows(options) && LabelReader.Count(label) is var count && count > 1)
            throw new ArgumentException(
                $"Communicator has {options.Communicator!.Size} ranks, Replicated is false, and the label column "
                + $"'{label.Name}' has {count} labels: ranks that divide the rows learn one label. Give every rank all "
                + "rows and set Replicated, train without a Communicator, or train a model for each label.");
    }

    public static ArgumentOutOfRangeException Mismatch(string role, string name, object type, string wanted) =>
        new("input", $"The {role} column '{name}' is of type {type}, but must be {wanted}.");

    private static DataViewSchema.Column Find(DataViewSchema schema, string role, string name, string option) =>
        schema.GetColumnOrNull(name) ?? throw new ArgumentOutOfRangeException("input",
            $"There is no {role} column '{name}'. The data has: "
            + $"{string.Join(", ", schema.Select(c => $"'{c.Name}'"))}. Set {option} to one of them.");
}
