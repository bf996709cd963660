using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>What one fit gave on the test rows. NaN where a figure is not of the task.</summary>
/// <param name="Error">What is compared, lower is better: RMSE, 1 − AUC (binary), 1 − accuracy (multiclass).</param>
/// <param name="Auc">Area under the ROC curve.</param>
/// <param name="Accuracy">Share of the rows whose class is right.</param>
/// <param name="LogLoss">Mean of −ln p of the true class.</param>
/// <param name="Brier">
/// Mean squared error of the probability of true (binary), or its sum over the classes (multiclass).
/// </param>
internal sealed record Outcome(double Error, double Auc, double Accuracy, double LogLoss, double Brier)
{
    /// <summary>Standard error of <see cref="Error"/> as that of these test rows.</summary>
    public required double StandardError { get; init; }

    /// <summary>Expected calibration error of the probability of true (binary), or of the likeliest class
    /// (multiclass).</summary>
    public double CalibrationError { get; init; } = double.NaN;

    /// <summary>Calibration error that right probabilities would have on so few rows; NaN for numbers.</summary>
    public double CalibrationErrorByChance { get; init; } = double.NaN;

    /// <summary>Settings that a search tried; null: there was no search.</summary>
    public int? Tries { get; init; }

    public double SecondsToTrain { get; init; }

    public double MicrosecondsToScore { get; init; }

    /// <summary>Name of the measure that <see cref="Error"/> is of.</summary>
    public static string Measure(TaskKind task) => task switch
    {
        TaskKind.Binary => "AUC",
        TaskKind.Multiclass => "accuracy",
        _ => "RMSE",
    };

    /// <summary>The measure as it is reported, from an error.</summary>
    public static double Shown(TaskKind task, double error) => task == TaskKind.Regression ? error : 1 - error;

    /// <summary>For a line of progress.</summary>
    public string Describe(TaskKind task) =>
        FormattableString.Invariant($"{Measure(task)} {Shown(task, Error):g5}, {SecondsToTrain:f2} s");

    /// <param name="data">The rows.</param>
    /// <param name="outputs">Of each test row: the score; the score and the probability of true; or the probabilities
    /// of the classes.</param>
    /// <exception cref="InvalidOperationException">An output is not finite.</exception>
    public static Outcome Of(SplitData data, IReadOnlyList<float[]> outputs)
    {
        if (outputs.Any(row => !row.All(float.IsFinite)))
            throw new InvalidOperationException("A score is not finite.");
        return data.Task switch
        {
            TaskKind.Binary => Binary(data, outputs),
            TaskKind.Multiclass => Multiclass(data, outputs),
            _ => Regression([.. data.Test.Zip(outputs, (row, o) => Math.Pow((double)row.Label - o[0], 2))]),
        };
    }

    private static Outcome Regression(double[] squares) =>
        new(Math.Sqrt(squares.Average()), double.NaN, double.NaN, double.NaN,
            double.NaN)
        { StandardError = StandardErrors.Rmse(squares) };

    private static Outcome Binary(SplitData data, IReadOnlyList<float[]> outputs)
    {
        float[] truth = [.. data.Test.Select(row => row.Label)];
        // The score, since probabilities near 1 are ties in single precision.
        var auc = ClassificationMetrics.Auc(truth, [.. outputs.Select(o => o[0])]);
        return new(1 - auc, auc,
            ClassificationMetrics.Accuracy(truth, [.. outputs.Select(o => o[1] > 0.5f ? 1 : 0)]),
            ClassificationMetrics.LogLoss(truth.Zip(outputs, (t, o) => t > 0 ? o[1] : 1.0 - o[1])),
            truth.Zip(outputs, (t, o) => Math.Pow(t - o[1], 2)).Average())
        {
            StandardError = StandardErrors.Auc(auc, truth.Count(t => t > 0), truth.Count(t => t <= 0)),
            CalibrationError = Calibration.Error([.. truth.Zip(outputs, (t, o) => ((double)o[1], t > 0))]),
            CalibrationErrorByChance = Calibration.ByChance([.. outputs.Select(o => (double)o[1])]),
        };
    }

    private static Outcome Multiclass(SplitData data, IReadOnlyList<float[]> outputs)
    {
        float[] truth = [.. data.Test.Select(row => row.Label)];
        int[] predicted = [.. outputs.Select(o => Array.IndexOf(o, o.Max()))];
        var accuracy = ClassificationMetrics.Accuracy(truth, predicted);
        return new(1 - accuracy, double.NaN, accuracy,
            ClassificationMetrics.LogLoss(truth.Zip(outputs, (t, o) => t < 0 ? 0.0 : o[(int)t])),
            truth.Zip(outputs, (t, o) => o.Select((p, i) => Math.Pow(p - (i == (int)t ? 1 : 0), 2)).Sum()).Average())
        {
            StandardError = StandardErrors.Share(accuracy, truth.Length),
            CalibrationError = Calibration.Error(
            [.. truth.Select((t, row) => ((double)outputs[row].Max(), predicted[row] == (int)t))]),
            CalibrationErrorByChance = Calibration.ByChance([.. outputs.Select(o => (double)o.Max())]),
        };
    }
}
