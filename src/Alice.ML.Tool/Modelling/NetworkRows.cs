using Alice.ML.Models;
using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Tool.Modelling;

/// <summary>Why a row has its score.</summary>
/// <param name="Base">The mean score of the model's background rows.</param>
/// <param name="Score">What is explained: the number, or log-odds of a class.</param>
/// <param name="Contributions">For each column; with the base they add up to the score.</param>
internal sealed record Explanation(double Base, double Score, float[] Contributions);

/// <summary>Rows of a file as the networks of a model are given them, and the columns of the file that the features
/// come from.</summary>
internal sealed class NetworkRows
{
    private readonly NetworkAccess _network;
    private readonly FeatureColumns _columns;

    private NetworkRows(NetworkAccess network, FeatureColumns columns, float[][] features) =>
        (_network, _columns, Features) = (network, columns, features);

    /// <summary>Reads rows by what a pipeline does before its network.</summary>
    /// <param name="pipeline">A pipeline of <see cref="TableTask.Fit"/>, perhaps loaded.</param>
    /// <param name="schema">Its columns.</param>
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

    /// <summary>The features of each row.</summary>
    public float[][] Features { get; }

    /// <summary>The slots of the features that come from a column.</summary>
    public int[] SlotsOf(int column) =>
        [.. Enumerable.Range(0, _columns.NumberOfFeatures).Where(slot => _columns.ColumnOf(slot) == column)];

    /// <summary>The model's numbers for features, as <see cref="TableTask.Predict"/> gives them. Thread-safe.</summary>
    public float[] Predict(ReadOnlySpan<float> features) => _network.Predict(features);

    /// <summary>The rows that explanations compare with.</summary>
    public IReadOnlyList<float[]> Background => _network.Background;

    /// <summary>Of several classes the most probable one; else null.</summary>
    public int? MostProbable(ReadOnlySpan<float> features) =>
        Predict(features) is { Length: > 1 } p && _network.HasClasses ? Array.IndexOf(p, p.Max()) : null;

    /// <summary>What <see cref="Explain"/> explains: the number, or the log-odds of a class.</summary>
    public double ExplainedScore(ReadOnlySpan<float> features, int? classIndex) =>
        _network.ExplainedScore(features, classIndex);

    /// <summary>Explains the score for features. Thread-safe.</summary>
    /// <param name="features">The features.</param>
    /// <param name="classIndex">Of several classes, whose log-odds to explain; null: the most probable one's.</param>
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
