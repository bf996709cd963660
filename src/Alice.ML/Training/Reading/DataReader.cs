using System.Numerics.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Training.Reading;

/// <summary>Reads the rows that a trainer learns from, through one cursor.</summary>
internal sealed class DataReader
{
    // Two arrays and their places in the list.
    private const int SparseRowBytes = 80;

    // Initial capacity in values if the number of rows is not known: untouched memory costs next to nothing.
    private const int FirstValues = 1 << 24;

    private readonly RoleMappedData _data;
    private readonly int _columns;
    private readonly int _labelCount;
    private readonly RowMemory? _memory;
    private readonly int _rowBytes;

    // Maximum number of rows in memory.
    private readonly int _rowLimit;
    private readonly List<SparseRow>? _sparse;
    private float[] _features = [];
    private float[] _labels;
    private float[]? _weights;

    // Writes rows that need too much memory to a file. Null: rows are in memory.
    private PanelWriter? _panel;
    private long _sparseBytes;
    private readonly SortedDictionary<int, int> _infinite = [];
    private int _rows;

    private DataReader(RoleMappedData data, RowMemory? memory)
    {
        (_data, _memory) = (data, memory);
        _columns = ((VectorDataViewType)data.Schema.Feature!.Value.Type).Size;
        _labelCount = LabelReader.Count(data.Schema.Label!.Value);
        _rowBytes = sizeof(float) * (_columns + _labelCount + (data.Schema.Weight is null ? 0 : 1));
        _rowLimit = _columns >= AutoRules.WideColumns ? Array.MaxLength / _labelCount
            : (int)Math.Min(
                Array.MaxLength / Math.Max(_labelCount, _columns), memory?.Left / _rowBytes ?? long.MaxValue);
        var known = data.Data.GetRowCount();
        if (memory is not null && _columns < AutoRules.WideColumns && known > _rowLimit)
            _panel = memory.CreateFile(_columns, known);
        var capacity = (int)Math.Min(known ?? Math.Max(1, FirstValues / _columns),
            _panel is null ? _rowLimit : Array.MaxLength / _labelCount);
        _labels = GC.AllocateUninitializedArray<float>(capacity * _labelCount);
        _weights = data.Schema.Weight is null ? null : GC.AllocateUninitializedArray<float>(capacity);
        if (_panel is not null)
            return;
        if (_columns < AutoRules.WideColumns)
            _features = GC.AllocateUninitializedArray<float>(capacity * _columns);
        else
            _sparse = [];
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
            if (_rows * _labelCount == _labels.Length)
                Grow();
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
                Keep(row, labels.Values, weightValue);
                labels.CountMissing();
            }
        }

        var skipped = missingLabels + missingWeights;
        if (_rows == 0)
            throw new InvalidOperationException(skipped + weightless == 0
                ? $"The {what} data has no rows."
                : $"The {what} data has no usable row: {Reasons()}.");
        if (skipped > 0)
            channel.Warning($"Skipped {skipped:N0} of {_rows + skipped + weightless:N0} rows: {Reasons()}.");
        labels.Report(channel);
        if (_infinite.Count > 0)
        {
            var names = FeatureNames.Of(feature);
            var counts = _infinite.Select(column => $"{names(column.Key)} ({column.Value:N0})").ToArray();
            channel.Warning(
                $"Infinite values are treated as values outside the range of the others: {ColumnReport.List(counts)}.");
        }
        if (_panel is not null)
            channel.Info($"The {what} data of {_rows:N0} rows would take more than the "
                + $"{_memory!.Left:N0} bytes of memory left for it: its features are in a temporary file.");
        var table = Table();
        if (hasPeers && _labelCount > 1)
            throw new InvalidOperationException(
                "Several ranks cannot learn several labels yet. Give every rank all rows and "
                + "set Replicated, train without a Communicator, or one label at a time.");
        if (hasPeers && table is SparseFeatures)
            throw new InvalidOperationException(
                $"The feature column '{feature.Name}' has {_columns:N0} values that are mostly zeros, which several "
                + "ranks cannot share yet. Give every rank all rows and set Replicated, train without a "
                + "Communicator, or give fewer or dense features.");
        _memory?.Take(_panel is null ? _rows * (long)_rowBytes : 0);
        return (table, _labels, _weights, _rows, _labelCount);

        string Reasons() => string.Join(", ", new[]
        {
            (missingLabels, $"{(_labelCount == 1 ? "a missing or infinite value" : "no known value")} in the label "
                + $"column '{label.Name}'"),
            (missingWeights, $"a missing or infinite value in the weight column '{weight?.Name}'"),
            (weightless, $"a weight of 0 in the column '{weight?.Name}'"),
        }.Where(reason => reason.Item1 > 0).Select(reason => $"{reason.Item1:N0} with {reason.Item2}"));
    }

    private void Keep(in VBuffer<float> row, ReadOnlySpan<float> labels, float weight)
    {
        if (_panel is not null)
            row.CopyTo(_panel.Row(_rows % _panel.Rows));
        else if (_sparse is null)
            row.CopyTo(_features.AsSpan(_rows * _columns, _columns));
        else
            Add(NotZero(row));
        CountInfinite(row);
        labels.CopyTo(_labels.AsSpan(_rows * _labelCount));
        if (_weights is not null)
            _weights[_rows] = weight;
        _rows++;
        if (_panel is not null && _rows % _panel.Rows == 0)
            WritePanel(_panel.Rows);
    }

    /// <summary>Writes the last panel of rows.</summary>
    private void WritePanel(int rows) => _panel!.Write(
        _labels.AsSpan(_rows - rows, rows), _weights is null ? default : _weights.AsSpan(_rows - rows, rows));

    /// <summary>Moves the rows so far from memory to a file.</summary>
    private void MoveToFile()
    {
        var (rows, features) = (_rows, _features);
        (_panel, _features) = (_memory!.CreateFile(_columns, null), []);
        for (_rows = 0; _rows < rows;)
        {
            features.AsSpan(_rows * _columns, _columns).CopyTo(_panel.Row(_rows % _panel.Rows));
            if (++_rows % _panel.Rows == 0)
                WritePanel(_panel.Rows);
        }
    }

    private void Add(SparseRow row)
    {
        _sparse!.Add(row);
        _sparseBytes += SparseRowBytes + (sizeof(int) + sizeof(float)) * row.Values.Length;
        if (_sparseBytes > _memory?.Chosen)
            throw new InvalidOperationException(
                $"MaximumMemory is {_memory.Chosen:N0} bytes, which {_rows:N0} rows take. The feature column "
                + $"'{_data.Schema.Feature!.Value.Name}' has {_columns:N0} values, and rows of "
                + $"{AutoRules.WideColumns:N0} values or more stay in memory: raise MaximumMemory, or give fewer "
                + $"features (hash them into fewer slots).");
    }

    private void CountInfinite(in VBuffer<float> row)
    {
        var values = row.GetValues();
        if (values.IsEmpty || !TensorPrimitives.IsInfinityAny(values))
            return;
        for (var k = 0; k < values.Length; k++)
            if (float.IsInfinity(values[k]))
            {
                var column = row.IsDense ? k : row.GetIndices()[k];
                _infinite[column] = _infinite.GetValueOrDefault(column) + 1;
            }
    }

    private static SparseRow NotZero(in VBuffer<float> row)
    {
        var values = row.GetValues();
        var indices = new List<int>();
        var kept = new List<float>();
        for (var k = 0; k < values.Length; k++)
            if (values[k] != 0)
            {
                indices.Add(row.IsDense ? k : row.GetIndices()[k]);
                kept.Add(values[k]);
            }
        return new SparseRow([.. indices], [.. kept]);
    }

    private FeatureTable Table()
    {
        if (_panel is not null)
        {
            WritePanel(_rows % _panel.Rows);
            return _panel.Features();
        }
        if (_sparse is null)
            return new DenseFeatures(_features, _columns);
        var size = (long)_rows * _columns;
        if (size > Array.MaxLength || _sparse.Sum(row => (long)row.Values.Length) < AutoRules.DenseShare * size)
            return new SparseFeatures(_sparse, _columns);

        var dense = new float[size];
        for (var r = 0; r < _rows; r++)
            for (var k = 0; k < _sparse[r].Indices.Length; k++)
                dense[r * _columns + _sparse[r].Indices[k]] = _sparse[r].Values[k];
        return new DenseFeatures(dense, _columns);
    }

    private void Grow()
    {
        if (_rows == _rowLimit && _panel is null && _sparse is null && _memory is not null)
            MoveToFile();
        var limit = _panel is null ? _rowLimit : Array.MaxLength / _labelCount;
        if (_rows == limit)
            throw new InvalidOperationException(
                $"The data has more than {limit:N0} rows of {_columns:N0} features, "
                + "more than one buffer can hold.");
        var capacity = (int)Math.Min(Math.Max(1, 2L * _rows), limit);
        _labels = Grown(_labels, _rows * _labelCount, capacity * _labelCount);
        if (_weights is not null)
            _weights = Grown(_weights, _rows, capacity);
        if (_sparse is null && _panel is null)
            _features = Grown(_features, _rows * _columns, capacity * _columns);
    }

    // As Array.Resize, without clearing what will be overwritten.
    private static float[] Grown(float[] values, int used, int capacity)
    {
        var grown = GC.AllocateUninitializedArray<float>(capacity);
        values.AsSpan(0, used).CopyTo(grown);
        return grown;
    }
}
