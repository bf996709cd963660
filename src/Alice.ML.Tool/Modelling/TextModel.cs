using Alice.ML.Tool.Data;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;

namespace Alice.ML.Tool.Modelling;

/// <summary>A linear model of the words in a free text. Its score is one feature, or one for each class: thousands of
/// words beside a few numbers would make the whole model linear.</summary>
internal static class TextModel
{
    private const int Folds = 5;
    private const string Score = "Score";

    // What ML.NET's predictors write; columns of the file may have the same names.
    private static readonly string[] _outputs = [Score, "PredictedLabel"];

    /// <summary>Learns the scores of a column.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="schema">The columns of the file.</param>
    /// <param name="column">The text.</param>
    /// <param name="rows">The training rows.</param>
    /// <param name="seed">Seed of the folds.</param>
    /// <returns>What puts the scores in the text's place, for any rows; and the training rows with theirs, each of a
    /// model that has not seen the row.</returns>
    public static (ITransformer Transform, TableView Training) Fit(
        MLContext ml, TableSchema schema, string column, TableView rows, int seed)
    {
        var taken = schema.Columns.Select(c => c.Name).Concat(rows.Schema.Select(c => c.Name)).ToHashSet();
        var words = FeaturePipeline.Unused("Words", taken);
        var model = ml.Transforms.Text.FeaturizeText(words, column).Append(Trainer(ml, schema, words));
        var learned = rows.Only(column, schema.Label.Name);
        var scores = new float[rows.RowCount][];
        foreach (var (train, test) in RowSplit.Folds([.. Enumerable.Range(0, scores.Length)], Classes(schema, rows),
            Folds, seed))
            foreach (var (row, score) in test.Zip(Scores(model.Fit(learned.Take(train)).Transform(learned.Take(test)))))
                scores[row] = score;

        var chain = new EstimatorChain<ITransformer>();
        var kept = _outputs.Where(name => name != column && rows.Schema.GetColumnOrNull(name) is not null)
            .Select(name => (Name: name, Copy: FeaturePipeline.Unused(name, taken))).ToArray();
        foreach (var (name, copy) in kept)
            chain = chain.Append<ITransformer>(ml.Transforms.CopyColumns(copy, name));
        chain = chain.Append<ITransformer>(model).Append<ITransformer>(ml.Transforms.CopyColumns(column, Score));
        foreach (var (name, copy) in kept)
            chain = chain.Append<ITransformer>(ml.Transforms.CopyColumns(name, copy));
        return (chain.Fit(rows), rows.With(column, scores));
    }

    private static float[]? Classes(TableSchema schema, TableView rows) => schema.Target.Task switch
    {
        TaskKind.Binary => [.. rows.GetColumn<bool>(schema.Label.Name).Select(Convert.ToSingle)],
        TaskKind.Multiclass => [.. rows.GetColumn<uint>(schema.Label.Name).Select(Convert.ToSingle)],
        _ => null,
    };

    // One thread: the same seed gives the same model.
    private static IEstimator<ITransformer> Trainer(MLContext ml, TableSchema schema, string features)
    {
        var label = schema.Label.Name;
        return schema.Target.Task switch
        {
            TaskKind.Binary => ml.BinaryClassification.Trainers.SdcaNonCalibrated(
                new SdcaNonCalibratedBinaryTrainer.Options
                {
                    LabelColumnName = label,
                    FeatureColumnName = features,
                    LossFunction = new LogLoss(),
                    NumberOfThreads = 1,
                }),
            TaskKind.Multiclass => ml.MulticlassClassification.Trainers.SdcaNonCalibrated(
                new SdcaNonCalibratedMulticlassTrainer.Options
                {
                    LabelColumnName = label,
                    FeatureColumnName = features,
                    Loss = new LogLoss(),
                    NumberOfThreads = 1,
                }),
            _ => ml.Regression.Trainers.Sdca(new SdcaRegressionTrainer.Options
            {
                LabelColumnName = label,
                FeatureColumnName = features,
                NumberOfThreads = 1,
            }),
        };
    }

    private static float[][] Scores(IDataView scored) => scored.Schema[Score].Type is VectorDataViewType
        ? [.. scored.GetColumn<VBuffer<float>>(Score).Select(row => row.DenseValues().ToArray())]
        : [.. scored.GetColumn<float>(Score).Select(score => new[] { score })];
}
