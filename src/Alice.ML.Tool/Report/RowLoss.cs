using Alice.ML.Tool.Data;
using Alice.ML.Trainers;

namespace Alice.ML.Tool.Report;

/// <summary>The error for importance: the loss of the model, in units of the label.</summary>
/// <param name="Name">Name in texts.</param>
/// <param name="OfRow">Loss of a row, from its label and outputs.</param>
/// <param name="OfMean">Converts the mean loss to the error.</param>
internal sealed record RowLoss(string Name, Func<float, float[], double> OfRow, Func<double, double> OfMean)
{
    private const double SmallestProbability = 1e-15;

    public static RowLoss Of(Subject subject) => subject.Kind switch
    {
        TaskKind.Binary => new("log-loss", (label, p) => -Log(label > 0 ? p[0] : 1.0 - p[0]), mean => mean),
        TaskKind.Multiclass => new("log-loss", (label, p) => -Log(label < 0 ? 0 : p[(int)label]), mean => mean),
        _ => subject.Options.Loss switch
        {
            { Name: nameof(RegressionLoss.Absolute) or nameof(RegressionLoss.Huber) } =>
                new("MAE", (label, score) => Math.Abs(label - score[0]), mean => mean),
            { Name: nameof(RegressionLoss.Quantile), Parameter: var level } => new("quantile loss",
                (label, score) => (label > score[0] ? level : level - 1) * (label - score[0]), mean => mean),
            _ => new("RMSE", (label, score) => Math.Pow(label - score[0], 2), Math.Sqrt),
        },
    };

    /// <summary>The error on some rows.</summary>
    public double Error(IReadOnlyList<float> labels, float[][] outputs) =>
        OfMean(labels.Select((label, i) => OfRow(label, outputs[i])).Average());

    private static double Log(double probability) => Math.Log(Math.Max(probability, SmallestProbability));
}
