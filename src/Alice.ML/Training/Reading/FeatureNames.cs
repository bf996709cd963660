using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Training.Reading;

/// <summary>What people call the features.</summary>
internal static class FeatureNames
{
    /// <summary>The names of the slots of a feature column; where there is none, its number from 0.</summary>
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
