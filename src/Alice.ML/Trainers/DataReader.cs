using System.Numerics.Tensors;
using Alice.ML.Training.Data;
using Alice.ML.Training.Rules;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Alice.ML.Trainers;

/// <summary>Reads the rows that a trainer learns from, through one cursor.</summary>
internal sealed class DataReader
{
    // Values to make room for where the number of rows is not known: untouched memory costs next to nothing.
    private const int FirstValues = 1 << 24;

    private readonly RoleMappedData _data;
    private readonly int _columns;
    private readonly int _labelCount;
    private readonly int _rowLimit;
    private readonly List<SparseRow>? _sparse;
    private float[] _features = [];
    private float[] _labels;
    private float[]? _weights;
    private readonly SortedDictionary<int, int> _infinite = [];
    private int _rows;

    private DataReader(RoleMappedData data)
    {
        _data = data;
        _columns = ((VectorDataViewType)data.Schema.Feature!.Value.Type).Size;
        _labelCount = LabelReader.Count(data.Schema.Label!.Value);
        _rowLimit = Array.MaxLength / Math.Max(_labelCount, _columns < AutoRules.WideColumns ? _columns : 1);
        var capacity = (int)Math.Min(data.Data.GetRowCount() ?? Math.Max(1, FirstValues / _columns), _rowLimit);
        _labels = GC.AllocateUninitializedArray<float>(capacity * _labelCount);
        _weights = data.Schema.Weight is null ? null : GC.AllocateUninitializedArray<float>(capacity);
        if (_columns < AutoRules.WideColumns)
            _features = GC.AllocateUninitializedArray<float>(capacity * _columns);
        else
            _sparse = [];
    }

    /// <summary>All rows that have a label, or one of several, and a weight that are finite; how many were not goes to
    /// <paramref name="channel"/>. Features may be missing (NaN) or infinite; the latter are told of.
    /// </summary>
    /// <param name="data">The rows.</param>
    /// <param name="channel">Is told of rows that are left out.</param>
    /// <param name="what">What the rows are for, in errors.</param>
    /// <exception cref="InvalidOperationException">No usable row, or a negative weight.</exception>
    public static TrainingData Read(RoleMappedData data, IChannel channel, string what = "training") =>
        new DataReader(data).Read(channel, what);

    private TrainingData Read(IChannel channel, string what)
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
                $"Infinite values count as values beyond the range of the others: {ColumnReport.List(counts)}.");
        }
        return new TrainingData(Table(), _labels, _weights, 0, _rows, _labelCount);

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
        if (_sparse is null)
            row.CopyTo(_features.AsSpan(_rows * _columns, _columns));
        else
            _sparse.Add(NotZero(row));
        CountInfinite(row);
        labels.CopyTo(_labels.AsSpan(_rows * _labelCount));
        if (_weights is not null)
            _weights[_rows] = weight;
        _rows++;
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
        if (_rows == _rowLimit)
            throw new InvalidOperationException(
                $"The data has more than {_rowLimit:N0} rows of {_columns:N0} features, "
                + "more than one buffer can hold.");
        var capacity = (int)Math.Min(2L * _rows, _rowLimit);
        _labels = Grown(_labels, _rows * _labelCount, capacity * _labelCount);
        if (_weights is not null)
            _weights = Grown(_weights, _rows, capacity);
        if (_sparse is null)
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
