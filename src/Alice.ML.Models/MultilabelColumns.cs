using Alice.ML.Models.Networks;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Models;

/// <summary>What a multi-label model makes of its networks' outputs, the log-odds of each label.</summary>
/// <param name="labels">Names of the labels.</param>
internal sealed class MultilabelColumns(IReadOnlyList<string> labels) : IOutputColumns
{
    private const string Kind = AnnotationUtils.Const.ScoreColumnKind.BinaryClassification;

    /// <summary>What a trainer promises of <see cref="CreateSchema"/>.</summary>
    public static IEnumerable<SchemaShape.Column> CreateShape() =>
    [
        OutputColumn.Shape(DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance, isVector: true),
        OutputColumn.Shape(DefaultColumnNames.Score, NumberDataViewType.Single, isVector: true),
        OutputColumn.Shape(DefaultColumnNames.Probability, NumberDataViewType.Single, isVector: true),
    ];

    public DataViewSchema CreateSchema()
    {
        var schema = new DataViewSchema.Builder();
        OutputColumn.Add(schema, DefaultColumnNames.PredictedLabel, BooleanDataViewType.Instance, Kind,
            AnnotationUtils.Const.ScoreValueKind.PredictedLabel, labels);
        OutputColumn.Add(schema, DefaultColumnNames.Score, NumberDataViewType.Single, Kind,
            AnnotationUtils.Const.ScoreValueKind.Score, labels);
        OutputColumn.Add(schema, DefaultColumnNames.Probability, NumberDataViewType.Single, Kind,
            AnnotationUtils.Const.ScoreValueKind.Probability, labels);
        return schema.ToSchema();
    }

    public bool NeedsDeviations(string column) => false;

    public Delegate Getter(string column, ScoredRow row) => column switch
    {
        DefaultColumnNames.PredictedLabel => OutputColumn.Getter<bool>(labels.Count, values =>
        {
            var outputs = row.Outputs;
            for (var label = 0; label < values.Length; label++)
                values[label] = outputs[label] > 0;
        }),
        DefaultColumnNames.Probability => OutputColumn.Getter<float>(labels.Count, values =>
        {
            var outputs = row.Outputs;
            for (var label = 0; label < values.Length; label++)
                values[label] = OutputFunctions.Logistic(outputs[label]);
        }),
        _ => OutputColumn.Getter<float>(labels.Count, values => row.Outputs.CopyTo(values)),
    };

    public void Order(Span<float> outputs)
    {
    }
}
