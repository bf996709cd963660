using Alice.ML.Training.Plan;

namespace Alice.ML.Tool.Modelling;

/// <summary>Metrics of classification. Classes are indices; −1 is a class unknown to the model, for which every
/// prediction is wrong.</summary>
internal static class ClassificationMetrics
{
    // As in ML.NET's multiclass evaluator: keeps the log-loss finite if the true class has probability 0.
    private const double Smallest = 1e-15;

    /// <summary>Share of rows whose predicted class is the true one.</summary>
    public static double Accuracy(IReadOnlyList<float> truth, IReadOnlyList<int> predicted) =>
        truth.Zip(predicted).Average(row => row.First == row.Second ? 1.0 : 0.0);

    /// <summary>Mean over the true classes of the share of their rows that are predicted correctly.</summary>
    public static double MacroAccuracy(IReadOnlyList<float> truth, IReadOnlyList<int> predicted) =>
        truth.Zip(predicted).GroupBy(row => row.First)
            .Average(rows => rows.Average(row => row.First == row.Second ? 1.0 : 0.0));

    /// <summary>Mean of −ln p over the rows, where p is the predicted probability of the true class.</summary>
    /// <param name="probabilities">p of each row.</param>
    public static double LogLoss(IEnumerable<double> probabilities) =>
        probabilities.Average(p => -Math.Log(Math.Max(p, Smallest)));

    /// <inheritdoc cref="RocArea.Of"/>
    public static double Auc(IReadOnlyList<float> truth, IReadOnlyList<float> scores) => RocArea.Of(truth, scores);

    /// <summary>Harmonic mean of precision and recall of the positive class. NaN if it neither occurs nor is
    /// predicted.</summary>
    public static double F1(IReadOnlyList<float> truth, IReadOnlyList<int> predicted)
    {
        var right = truth.Zip(predicted).Count(row => row is { First: > 0, Second: 1 });
        return 2.0 * right / (truth.Count(t => t > 0) + predicted.Count(p => p == 1));
    }
}
