using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Trainers;

namespace Alice.ML.Tool.Reporting;

/// <summary>Three sentences about a model: its quality, a comparison, and what to try next.</summary>
internal sealed record Verdict
{
    // Above this ratio of test to training loss, the advice is to add rows.
    private const double Overfit = 2;
    private const int FewRows = 300;

    // The share of the variance or of the rows that is missed at most.
    private const double Perfect = 1e-4;

    public required string Label { get; init; }

    public required TaskKind Kind { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Number of test rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Metrics on the test rows, in the order of <see cref="TableTask.Evaluate"/>.</summary>
    public required IReadOnlyList<Metric> Metrics { get; init; }

    /// <summary>Metrics of other trainers. The constant prediction is the last.</summary>
    public required IReadOnlyList<(string Name, IReadOnlyList<Metric> Metrics)> Others { get; init; }

    /// <summary>Mean training loss of the last epoch. Null if unknown.</summary>
    public double? TrainingLoss { get; init; }

    /// <summary>Loss of regression. Null: squared.</summary>
    public RegressionLoss? Loss { get; init; }

    /// <summary>Effort of the training.</summary>
    public Effort Effort { get; init; }

    /// <summary>The sentences.</summary>
    public static IReadOnlyList<string> Sentences(Verdict verdict) =>
        [verdict.HowGood(), .. verdict.Compared() is { } compared ? new[] { compared } : [], verdict.Next()];

    private bool IsNumber => Kind == TaskKind.Regression;

    private string HowGood() => Kind switch
    {
        TaskKind.Regression => Text($"On {Rows:N0} test rows, predictions of {Label} are off by ") +
            Text($"{Show.Number(Mean(Metrics))} on average")
                + (double.IsFinite(Metrics[1].Value) && Metrics[1].Value > 0
                ? Text($" and explain {100 * Metrics[1].Value:F1} % of its variance.") : "."),
        TaskKind.Binary => Text($"On {Rows:N0} test rows, {100 * Metrics[1].Value:F1} % of the classes of ") +
            $"{Label} are right" + (double.IsFinite(Metrics[0].Value)
                ? Text($", and {Classes[1]} gets a higher probability than {Classes[0]} in ")
                    + Text($"{100 * Metrics[0].Value:F1} % of all pairs (AUC).") : "."),
        _ => Text($"On {Rows:N0} test rows, {100 * Metrics[0].Value:F1} % of the classes of {Label} are right."),
    };

    private string? Compared()
    {
        if (Others.Count == 0)
            return null;
        var texts = Others.Select(o => IsNumber ? $"{Name(o.Name)} is off by {Show.Number(Mean(o.Metrics))}"
            : Text($"{Name(o.Name)} has {100 * Right(o.Metrics):F1} % right")).ToArray();
        return texts.Length == 1 ? $"For comparison, {texts[0]}."
            : $"On the same rows, {string.Join(", ", texts[..^1])}, and {texts[^1]}.";
    }

    private string Next()
    {
        var constant = Others.Count == 0 ? null : Others[^1].Metrics;
        var learned = constant is null || (IsNumber ? Metrics[1].Value > 0 : Metrics[^1].Value < constant[^1].Value);
        if (!learned)
            return $"The columns say little about {Label}: add columns related to it, or check how they were read.";
        if (Others.SkipLast(1).Where(o => IsBetter(o.Metrics)).OrderBy(o => Error(o.Metrics)).Select(o => o.Name)
            .FirstOrDefault() is { } better)
            return Effort == Effort.Best
                ? $"{better} is ahead here: keep it, or look at the worst rows for what the network misses."
                : $"{better} is ahead here: try --effort best, which takes up to eight times as long.";
        if (IsPerfect)
            return $"That is nearly perfect: check that no column is known only when {Label} is.";
        if (Rows < FewRows)
            return "There are few test rows, so these figures are rough: --folds 5 tests on every row once.";
        if (TestLoss() is { } test && TrainingLoss is { } training and > 0 && test > Overfit * training)
            return Text($"The loss on test rows is {test / training:F1} times that of training: more rows ") +
                "would help most.";
        return Effort == Effort.Best
            ? "New columns or more rows would help most; the worst rows show where the model is wrong."
            : "Next, try --effort best: it takes up to eight times as long and usually lowers the error.";
    }

    private bool IsPerfect => IsNumber ? Metrics[1].Value > 1 - Perfect : Right(Metrics) > 1 - Perfect;

    private bool IsBetter(IReadOnlyList<Metric> other) => Error(other) < Error(Metrics);

    private double Error(IReadOnlyList<Metric> metrics) => IsNumber ? Mean(metrics) : metrics[^1].Value;

    private double? TestLoss() => !IsNumber ? Metrics[^1].Value
        : Loss is null || Loss == RegressionLoss.Squared ? Math.Pow(Metrics[0].Value, 2)
        : Loss == RegressionLoss.Absolute ? Mean(Metrics) : null;

    private double Right(IReadOnlyList<Metric> metrics) => metrics[Kind == TaskKind.Binary ? 1 : 0].Value;

    private string Name(string name) => name switch
    {
        "mean" => "always predicting the training mean",
        "class shares" => "always predicting the most frequent class",
        _ => name,
    };

    private static double Mean(IReadOnlyList<Metric> metrics) => metrics[2].Value;

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
