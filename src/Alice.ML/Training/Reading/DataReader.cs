using Alice.ML.Training.Data;
using Alice.ML.Training.Ranks;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Reading;

/// <summary>Reads the rows that a trainer learns from, through one cursor.</summary>
internal sealed class DataReader
{
    private readonly RoleMappedData _data;
    private readonly int _columns;
    private readonly int _labelCount;
    private readonly RowMemory? _memory;
    private readonly RowStore _store;

    private DataReader(RoleMappedData data, RowMemory? memory)
    {
        (_data, _memory) = (data, memory);
        var feature = data.Schema.Feature!.Value;
        _columns = ((VectorDataViewType)feature.Type).Size;
        _labelCount = LabelReader.Count(data.Schema.Label!.Value);
        _store = new RowStore(
            feature.Name, _columns, _labelCount, data.Schema.Weight is not null, data.Data.GetRowCount(), memory);
    }

    /// <summary>Reads all rows with a finite weight and at least one finite label. Skipped rows are counted and
    /// reported to <paramref name="channel"/>. Features may be missing (NaN) or infinite; infinite ones are
    /// reported.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="channel">Receives messages about skipped rows.</param>
    /// <param name="what">What the rows are for, in errors.</param>
    /// <param name="memory">Limits the memory of the rows: larger data goes to a file. Null: no limit.</param>
    /// <param name="peers">The other ranks. Null: there are none.</param>
    /// <exception cref="InvalidOperationException">There is no usable row, a weight is negative, or sparse features
    /// take more memory than the option allows.</exception>
    /// <exception cref="IOException">The disk has no room for the file.</exception>
    public static TrainingData Read(
        RoleMappedData data, IChannel channel, string what = "training", RowMemory? memory = null, Peers? peers = null)
    {
        var (features, labels, weights, rows, labelCount) =
            Peers.Agree(peers, () => new DataReader(data, memory).Read(channel, what, peers?.OfRows is not null));
        return new TrainingData(features, labels, weights, 0, rows, labelCount, peers?.OfRows);
    }

    private (FeatureTable Features, float[] Labels, float[]? Weights, int Rows, int LabelCount) Read(
        IChannel channel, string what, bool hasPeers)
    {
        var feature = _data.Schema.Feature!.Value;
        var label = _data.Schema.Label!.Value;
        var weight = _data.Schema.Weight;
        using var cursor = _data.Data.GetRowCursor(weight is null ? [feature, label] : [feature, label, weight.Value]);
        var getFeatures = cursor.GetGetter<VBuffer<float>>(feature);
        var labels = new LabelReader(cursor, label);
        var getWeight = weight is null ? null : cursor.GetGetter<float>(weight.Value);
        VBuffer<float> row = default;
        float weightValue = 1;
        long missingLabels = 0, missingWeights = 0, weightless = 0;
        while (cursor.MoveNext())
        {
            getWeight?.Invoke(ref weightValue);
            if (!labels.Read())
                missingLabels++;
            else if (!float.IsFinite(weightValue))
                missingWeights++;
            else if (weightValue < 0)
                throw new InvalidOperationException(
                    $"The weight column '{weight!.Value.Name}' holds {weightValue}: a weight must be 0 or more.");
            else if (weightValue == 0)
                weightless++;
            else
            {
                getFeatures(ref row);
                _store.Add(row, labels.Values, weightValue);
                labels.CountMissing();
            }
        }

        var skipped = missingLabels + missingWeights;
        var rows = _store.Rows;
        if (rows == 0)
            throw new InvalidOperationException(skipped + weightless == 0
                ? $"The {what} data has no rows."
                : $"The {what} data has no usable row: {Reasons()}.");
        if (skipped > 0)
            channel.Warning($"Skipped {skipped:N0} of {rows + skipped + weightless:N0} rows: {Reasons()}.");
        labels.Report(channel);
        if (_store.Infinite.Count > 0)
        {
            var names = FeatureNames.Of(feature);
            var counts = _store.Infinite.Select(column => $"{names(column.Key)} ({column.Value:N0})").ToArray();
            channel.Warning(
                $"Infinite values are treated as values outside the range of the others: {ColumnReport.List(counts)}.");
        }
        if (_store.IsInFile)
            channel.Info($"The {what} data of {rows:N0} rows would take more than the "
                + $"{_memory!.Limit.Left:N0} bytes of memory left for it: its features are in a temporary file.");
        var table = _store.Table();
        if (hasPeers && table is SparseFeatures)
            throw new InvalidOperationException(
                $"The feature column '{feature.Name}' has {_columns:N0} values that are mostly zeros, which several "
                + "ranks cannot share yet. Give every rank all rows and set Replicated, train without a "
                + "Communicator, or give fewer or dense features.");
        _memory?.Limit.Take(_store.Bytes);
        return (table, _store.Labels, _store.Weights, rows, _labelCount);

        string Reasons() => string.Join(", ", new[]
        {
            (missingLabels, $"{(_labelCount == 1 ? "a missing or infinite value" : "no known value")} in the label "
                + $"column '{label.Name}'"),
            (missingWeights, $"a missing or infinite value in the weight column '{weight?.Name}'"),
            (weightless, $"a weight of 0 in the column '{weight?.Name}'"),
        }.Where(reason => reason.Item1 > 0).Select(reason => $"{reason.Item1:N0} with {reason.Item2}"));
    }
}
