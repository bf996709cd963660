using Alice.ML.Evaluation;
using Alice.ML.Models;
using Microsoft.ML.Data;

namespace Microsoft.ML;

/// <summary>Extension methods that evaluate models of several labels.</summary>
public static class AliceEvaluationCatalog
{
    /// <summary>Evaluates a multi-output regression. Each label gets ML.NET's regression metrics, such as the root mean
    /// squared error, the mean absolute error and R². Rows in which a label is missing (NaN) or infinite are left out
    /// for that label.</summary>
    /// <param name="catalog">Usually <see cref="MLContext.Regression"/>.</param>
    /// <param name="data">The scored rows.</param>
    /// <param name="labelColumnName">Column with the labels, a known-sized vector of <see cref="float"/>.</param>
    /// <param name="scoreColumnName">Column with the scores, a vector of <see cref="float"/> of the same size.</param>
    /// <returns>The metrics of each label, in the order of the labels.</returns>
    /// <exception cref="ArgumentException">A column is missing, or has the wrong type or size.</exception>
    public static IReadOnlyList<LabelMetrics<RegressionMetrics>> EvaluateMultioutput(
        this RegressionCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var ml = new MLContext();
        return Measure(data, labelColumnName, scoreColumnName, null, rows =>
            rows.Count == 0 ? null : catalog.Evaluate(ml.Data.LoadFromEnumerable(rows.Select(row => new NumberRow
            {
                Label = row.Label,
                Score = row.Score,
            }))));
    }

    /// <summary>Evaluates a multi-label classification. Each label gets ML.NET's binary classification metrics, such as
    /// accuracy, area under the ROC curve, F1 score and log-loss. Rows in which a label is missing (NaN) are left out
    /// for that label.</summary>
    /// <param name="catalog">Usually <see cref="MLContext.BinaryClassification"/>.</param>
    /// <param name="data">The scored rows.</param>
    /// <param name="labelColumnName">Column of the labels, a known-sized vector of <see cref="bool"/>, or of
    /// <see cref="float"/>, where values above 0 count as true.</param>
    /// <param name="scoreColumnName">Column with the scores, a vector of <see cref="float"/> of the same size.</param>
    /// <param name="probabilityColumnName">Column with the probabilities, a vector of <see cref="float"/> of the same
    /// size.</param>
    /// <returns>The metrics of each label, in the order of the labels.</returns>
    /// <exception cref="ArgumentException">A column is missing, or has the wrong type or size.</exception>
    public static IReadOnlyList<LabelMetrics<CalibratedBinaryClassificationMetrics>> EvaluateMultilabel(
        this BinaryClassificationCatalog catalog, IDataView data, string labelColumnName = DefaultColumnNames.Label,
        string scoreColumnName = DefaultColumnNames.Score,
        string probabilityColumnName = DefaultColumnNames.Probability)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        var ml = new MLContext();
        return Measure(data, labelColumnName, scoreColumnName, probabilityColumnName, rows =>
            rows.Select(row => row.Label > 0).Distinct().Count() < 2 ? null
            : catalog.Evaluate(ml.Data.LoadFromEnumerable(rows.Select(row => new BinaryRow
            {
                Label = row.Label > 0,
                Score = row.Score,
                Probability = row.Probability,
                PredictedLabel = row.Score > 0,
            }))));
    }

    private static IReadOnlyList<LabelMetrics<TMetrics>> Measure<TMetrics>(IDataView data, string label, string score,
        string? probability, Func<IReadOnlyList<LabelRow>, TMetrics?> measure) where TMetrics : class
    {
        ArgumentNullException.ThrowIfNull(data);
        var labels = Column(data, label);
        var names = LabelNames.Of(labels);
        var columns = probability is null ? [labels, Column(data, score)]
            : new[] { labels, Column(data, score), Column(data, probability) };
        foreach (var column in columns)
            if (((VectorDataViewType)column.Type).Size != names.Length)
                throw new ArgumentException(
                    $"The column '{column.Name}' has {((VectorDataViewType)column.Type).Size} values, and the label "
                    + $"column '{label}' has {names.Length}.", nameof(data));
        var rows = names.Select(_ => new List<LabelRow>()).ToArray();
        using (var cursor = data.GetRowCursor(columns))
        {
            var getters = Array.ConvertAll(columns, column => Getter(cursor, column));
            var values = Array.ConvertAll(columns, _ => new float[names.Length]);
            while (cursor.MoveNext())
            {
                for (var c = 0; c < columns.Length; c++)
                    getters[c](values[c]);
                for (var l = 0; l < names.Length; l++)
                    if (float.IsFinite(values[0][l]))
                        rows[l].Add(new(values[0][l], values[1][l], values[^1][l]));
            }
        }
        return [.. names.Zip(rows, (name, known) => new LabelMetrics<TMetrics>(name, known.Count, measure(known)))];
    }

    private static DataViewSchema.Column Column(IDataView data, string name)
    {
        var column = data.Schema.GetColumnOrNull(name) ?? throw new ArgumentException(
            $"There is no column '{name}'. The data has: {string.Join(", ", data.Schema.Select(c => $"'{c.Name}'"))}.",
            nameof(data));
        return column.Type is VectorDataViewType { IsKnownSize: true } vector
            && (vector.ItemType == NumberDataViewType.Single || vector.ItemType == BooleanDataViewType.Instance)
            ? column
            : throw new ArgumentException($"The column '{name}' is of type {column.Type}, but must be a vector of "
                + $"known length of Single or Boolean.", nameof(data));
    }

    private static Action<float[]> Getter(DataViewRow row, DataViewSchema.Column column)
    {
        if (((VectorDataViewType)column.Type).ItemType == NumberDataViewType.Single)
        {
            var get = row.GetGetter<VBuffer<float>>(column);
            VBuffer<float> values = default;
            return into =>
            {
                get(ref values);
                values.CopyTo(into);
            };
        }
        var getFlags = row.GetGetter<VBuffer<bool>>(column);
        VBuffer<bool> flags = default;
        return into =>
        {
            getFlags(ref flags);
            for (var i = 0; i < into.Length; i++)
                into[i] = flags.GetItemOrDefault(i) ? 1 : 0;
        };
    }

    private readonly record struct LabelRow(float Label, float Score, float Probability);

    private sealed class NumberRow
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }

    private sealed class BinaryRow
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }
}
