using Alice.ML.Models;
using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>How a score is composed.</summary>
/// <param name="Base">Mean score of the background rows of the model.</param>
/// <param name="Score">The explained score: the number, or the log-odds of a class.</param>
/// <param name="Contributions">One contribution per column. Their sum and the base give the score.</param>
internal sealed record Explanation(double Base, double Score, float[] Contributions);

/// <summary>Rows as feature vectors of the networks, and the file column of each feature.</summary>
internal sealed class NetworkRows
{
    private readonly NetworkAccess _network;
    private readonly FeatureColumns _columns;

    private NetworkRows(NetworkAccess network, FeatureColumns columns, float[][] features) =>
        (_network, _columns, Features) = (network, columns, features);

    /// <summary>Transforms rows by all steps of a pipeline before its network.</summary>
    /// <param name="pipeline">A pipeline of <see cref="TableTask.Fit"/>, fitted or loaded.</param>
    /// <param name="schema">The schema of its file.</param>
    /// <param name="rows">The rows.</param>
    public static NetworkRows Of(ITransformer pipeline, TableSchema schema, IDataView rows)
    {
        ITransformer[] steps = [.. Steps(pipeline)];
        // Models before it score texts.
        var at = Array.FindLastIndex(steps, step => step is ISingleFeaturePredictionTransformer<object>);
        var network = (ISingleFeaturePredictionTransformer<object>)steps[at];
        var transformed = steps[..at].Aggregate(rows, (view, step) => step.Transform(view));
        return new(NetworkAccess.Of(network.Model),
            FeatureColumns.Of(transformed.Schema, [.. schema.Used.SelectMany(column => column.Dates is null
                ? [(column.Name, column.Name)]
                : schema.PartsOf(column).Select(part => (part.Name, column.Name)))]),
            [.. transformed.GetColumn<VBuffer<float>>(network.FeatureColumnName)
                .Select(row => row.DenseValues().ToArray())]);
    }

    /// <summary>The columns of the file that the model uses.</summary>
    public IReadOnlyList<string> Columns => _columns.Names;

    /// <summary>The feature vector of each row.</summary>
    public float[][] Features { get; }

    /// <summary>The feature slots of a column.</summary>
    public int[] SlotsOf(int column) =>
        [.. Enumerable.Range(0, _columns.NumberOfFeatures).Where(slot => _columns.ColumnOf(slot) == column)];

    /// <summary>Predicts from a feature vector, as <see cref="TableTask.Predict"/> does. Thread-safe.</summary>
    public float[] Predict(ReadOnlySpan<float> features) => _network.Predict(features);

    /// <summary>The rows that explanations compare with.</summary>
    public IReadOnlyList<float[]> Background => _network.Background;

    /// <summary>The most probable class of a multiclass model, otherwise null.</summary>
    public int? MostProbable(ReadOnlySpan<float> features) =>
        Predict(features) is { Length: > 1 } p && _network.HasClasses ? Array.IndexOf(p, p.Max()) : null;

    /// <summary>The score that <see cref="Explain"/> explains: the number, or the log-odds of a class.</summary>
    public double ExplainedScore(ReadOnlySpan<float> features, int? classIndex) =>
        _network.ExplainedScore(features, classIndex);

    /// <summary>Explains the score of a feature vector. Thread-safe.</summary>
    /// <param name="features">The feature vector.</param>
    /// <param name="classIndex">For multiclass, the class to explain. Null: the most probable one.</param>
    public Explanation Explain(ReadOnlySpan<float> features, int? classIndex = null)
    {
        var slots = new float[features.Length];
        var start = _network.Explain(features, classIndex, slots);
        var contributions = _columns.Sum(slots);
        return new(start, start + slots.Sum(c => (double)c), contributions);
    }

    private static IEnumerable<ITransformer> Steps(ITransformer pipeline) =>
        pipeline is IEnumerable<ITransformer> chain ? chain.SelectMany(Steps) : [pipeline];
}
