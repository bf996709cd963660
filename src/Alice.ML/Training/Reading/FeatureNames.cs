using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Training.Reading;

/// <summary>Names of the features, for messages.</summary>
internal static class FeatureNames
{
    /// <summary>Names of the slots of a feature column. A slot without a name is called by its index, from 0.</summary>
    public static Func<int, string> Of(DataViewSchema.Column feature)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        if (feature.HasSlotNames())
            feature.GetSlotNames(ref names);
        return column => column < names.Length && names.GetItemOrDefault(column) is { IsEmpty: false } name
            ? $"'{name}'"
            : $"feature {column} of '{feature.Name}'";
    }
}
