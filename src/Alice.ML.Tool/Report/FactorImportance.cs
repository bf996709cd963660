using Alice.ML.Tool.Modelling;

namespace Alice.ML.Tool.Report;

/// <summary>Permutation importance of the factors, for the loss of the model.</summary>
internal static class FactorImportance
{
    /// <summary>Number of permutations per factor.</summary>
    public const int Permutations = 5;

    // Maximum number of rows to score in total, which takes some seconds.
    private const int Work = 400_000;
    private const int FewestRows = 100;

    /// <summary>Number of rows for the measurement.</summary>
    public static int RowsOf(Subject subject) => Math.Min(subject.Sample.Count,
        Math.Max(FewestRows, Work / (Permutations * Math.Max(1, subject.Factors.Count))));

    /// <summary>Measures the importance of each factor. The most important comes first.</summary>
    public static IReadOnlyList<Importance<Factor>> Measure(Subject subject)
    {
        var loss = RowLoss.Of(subject);
        var rows = PermutationImportance.Spread(subject.Sample.Count, RowsOf(subject));
        var (allLabels, allOutputs) = subject.Sampled;
        float[] labels = [.. rows.Select(row => allLabels[row])];
        return PermutationImportance.Measure(subject.Factors, rows.Length,
            loss.Error(labels, [.. rows.Select(row => allOutputs[row])]),
            (factor, source) => loss.Error(labels, subject.Task.Predict(subject.Model,
                subject.Sample.With(rows, factor, [.. source.Select(place => rows[place])]))),
            Permutations, subject.Options.Seed, subject.Options.CancellationToken);
    }
}
