using Alice.ML.Samples.Data;
using Alice.ML.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Alice.ML.Samples.Modelling;

/// <summary>How well predicted numbers match the true ones.</summary>
/// <param name="Rmse">Root of the mean squared error, in the label's units.</param>
/// <param name="R2">1 − squared error / variance of the label: 1 is perfect, 0 as good as the mean.</param>
/// <param name="Mae">Mean absolute error, in the label's units.</param>
internal sealed record RegressionScores(double Rmse, double R2, double Mae);

/// <summary>Learning to predict a number: the label's checks, the pipeline and the metrics.</summary>
internal static class RegressionTask
{
    /// <summary>The rows whose label is there; it says how many are not.</summary>
    /// <exception cref="UserException">No row has a label.</exception>
    public static int[] LabelledRows(Table table, IReadOnlyList<int> rows, int label, Action<string> note)
    {
        var labelled = rows.Where(r => table.Records[r].Fields[label] != "").ToArray();
        if (labelled.Length == 0)
            throw new UserException($"{table.Path}: the label column '{table.Names[label]}' has no values; " +
                "name another with --label");
        if (labelled.Length < rows.Count)
            note($"{rows.Count - labelled.Length} of {rows.Count} rows of {table.Path} have no " +
                $"'{table.Names[label]}': skipped");
        return labelled;
    }

    /// <summary>Refuses a label that no regression can learn.</summary>
    public static void CheckLabel(Table table, IReadOnlyList<int> rows, int label)
    {
        var name = table.Names[label];
        var text = rows.FirstOrDefault(r => !FormatDetection.IsNumber(table.Records[r].Fields[label]), -1);
        if (text >= 0)
            throw new UserException($"{table.Path}, line {table.Records[text].Line}: the label column '{name}' holds " +
                $"'{table.Records[text].Fields[label]}', and regression needs numbers; mend it, or name another " +
                "with --label");
        var labels = TableView.Numbers(table, rows, label, name);
        if (labels.All(l => l == labels[0]))
            throw new UserException($"{table.Path}: the label column '{name}' is {labels[0]} in every training row, " +
                "so there is nothing to learn; name another with --label");
    }

    /// <summary>Fits the whole pipeline: the columns' transforms and the network.</summary>
    public static ITransformer Fit(
        MLContext ml, TableSchema schema, IDataView data, NetworkSettings settings, IProgress<AliceEpoch> progress)
    {
        var (transforms, features) = FeaturePipeline.Create(ml, schema);
        var trainer = ml.Regression.Trainers.Alice(settings.ToRegressionOptions(schema.Label.Name, features, progress));
        return transforms.Append(trainer).Fit(data);
    }

    /// <summary>The model's prediction for each row, in order.</summary>
    /// <exception cref="UserException">Some prediction is not a finite number.</exception>
    public static float[] Predict(ITransformer model, IDataView data)
    {
        var scores = model.Transform(data).GetColumn<float>("Score").ToArray();
        var bad = Array.FindIndex(scores, s => !float.IsFinite(s));
        return bad < 0 ? scores : throw new UserException(
            $"the model predicts {scores[bad]} for row {bad + 1}; it is damaged, or a feature there is far outside " +
            "its training range");
    }

    /// <summary>Compares predictions with the true labels.</summary>
    public static RegressionScores Evaluate(MLContext ml, IEnumerable<float> labels, IEnumerable<float> scores)
    {
        var pairs = labels.Zip(scores, (label, score) => new Pair { Label = label, Score = score });
        var metrics = ml.Regression.Evaluate(ml.Data.LoadFromEnumerable(pairs));
        return new RegressionScores(metrics.RootMeanSquaredError, metrics.RSquared, metrics.MeanAbsoluteError);
    }

    private sealed class Pair
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }
}
