using Alice.ML.Models.Networks;
using Alice.ML.Training.Reading;
using Alice.ML.Training.Rules;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Trainers;

/// <summary>Refuses networks that memory cannot hold before any row is read.</summary>
internal static class MemoryCheck
{
    // Floats of the optimizer's state, the three gradients of a step and the points they are evaluated at.
    private const int BytesPerParameter = 64;

    /// <exception cref="InvalidOperationException">The layers would take more than what is free.</exception>
    public static void Require(AliceTrainerOptions options, DataViewSchema.Column feature)
    {
        var columns = ((VectorDataViewType)feature.Type).Size;
        int[] sizes = [columns, .. options.HiddenLayers ?? AutoRules.HiddenLayers(columns, 1, 0), 1];
        var weights = sizes.Zip(sizes.Skip(1)).Sum(layer => (layer.First + 1.0) * layer.Second);
        var free = RowMemory.Free();
        var needed = weights * options.NumberOfNetworks * BytesPerParameter;
        if (weights <= Array.MaxLength && needed <= free)
            return;
        throw new InvalidOperationException(
            $"The feature column '{feature.Name}' has {columns:N0} values: {options.NumberOfNetworks} network(s) with "
            + $"layers {DenseNetwork.Describe(sizes)} take {needed / (1 << 30):N1} GB to train, and "
            + $"{free / (double)(1 << 30):N1} GB are free. Give fewer features (hash them into fewer slots, or "
            + $"count rare words as one), or lower HiddenLayers or NumberOfNetworks.");
    }
}
