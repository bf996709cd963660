using System.Numerics.Tensors;
using Alice.ML.Training;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>Reads the rows that a trainer learns from, through one cursor, into one buffer.</summary>
internal static class DataReader
{
    private const int FirstCapacity = 1024;

    /// <exception cref="InvalidOperationException">No usable row.</exception>
    public static TrainingData Read(RoleMappedData data, IChannel channel)
    {
        var feature = data.Schema.Feature!.Value;
        var label = data.Schema.Label!.Value;
        var weight = data.Schema.Weight;
        var columns = ((VectorDataViewType)feature.Type).Size;
        var rowLimit = Array.MaxLength / columns;
        var capacity = (int)Math.Min(data.Data.GetRowCount() ?? FirstCapacity, rowLimit);
        var features = GC.AllocateUninitializedArray<float>(capacity * columns);
        var labels = new float[capacity];
        var weights = weight is null ? null : new float[capacity];

        using var cursor = data.Data.GetRowCursor(weight is null ? [feature, label] : [feature, label, weight.Value]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(feature);
        var getLabel = RowCursorUtils.GetLabelGetter(cursor, label.Index);
        var getWeight = weight is null ? null : cursor.GetGetter<float>(weight.Value);
        VBuffer<float> row = default;
        float weightValue = 1;
        int rows = 0;
        long missingLabels = 0, missingFeatures = 0, missingWeights = 0, weightless = 0;
        while (cursor.MoveNext())
        {
            if (rows == labels.Length)
            {
                if (rows == rowLimit)
                    throw new InvalidOperationException(
                        $"The data has more than {rowLimit:N0} rows of {columns:N0} features, more than one buffer can hold.");
                capacity = (int)Math.Min(Math.Max(FirstCapacity, 2L * rows), rowLimit);
                Array.Resize(ref features, capacity * columns);
                Array.Resize(ref labels, capacity);
                if (weights is not null)
                    Array.Resize(ref weights, capacity);
            }

            getLabel(ref labels[rows]);
            getWeight?.Invoke(ref weightValue);
            getFeatures(ref row);
            var values = features.AsSpan(rows * columns, columns);
            row.CopyTo(values);
            if (!float.IsFinite(labels[rows]))
                missingLabels++;
            else if (!TensorPrimitives.IsFiniteAll(values))
                missingFeatures++;
            else if (!float.IsFinite(weightValue))
                missingWeights++;
            else if (weightValue < 0)
                throw new InvalidOperationException(
                    $"The weight column '{weight!.Value.Name}' holds {weightValue}: a weight must be 0 or more.");
            else if (weightValue == 0)
                weightless++;
            else
            {
                if (weights is not null)
                    weights[rows] = weightValue;
                rows++;
            }
        }

        var skipped = missingLabels + missingFeatures + missingWeights;
        if (rows == 0)
            throw new InvalidOperationException(skipped + weightless == 0
                ? "The training data has no rows."
                : $"The training data has no usable row: {Reasons()}.");
        if (skipped > 0)
            channel.Warning($"Skipped {skipped:N0} of {rows + skipped + weightless:N0} rows: {Reasons()}.");
        return new TrainingData(rows, columns, features, labels, weights);

        string Reasons() => string.Join(", ", new[]
        {
            (missingLabels, $"a missing or infinite value in the label column '{label.Name}'"),
            (missingFeatures, $"a missing or infinite value in the feature column '{feature.Name}'"),
            (missingWeights, $"a missing or infinite value in the weight column '{weight?.Name}'"),
            (weightless, $"a weight of 0 in the column '{weight?.Name}'"),
        }.Where(reason => reason.Item1 > 0).Select(reason => $"{reason.Item1:N0} with {reason.Item2}"));
    }
}
