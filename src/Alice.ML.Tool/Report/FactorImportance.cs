using Alice.ML.Tool.Modelling;

namespace Alice.ML.Tool.Report;

/// <summary>Permutation importance of the factors, by the error that the model was trained for.</summary>
internal static class FactorImportance
{
    /// <summary>How often each factor is permuted.</summary>
    public const int Permutations = 5;

    // Rows scored in all: some seconds.
    private const int Work = 400_000;
    private const int FewestRows = 100;

    /// <summary>Rows that it is measured on.</summary>
    public static int RowsOf(Subject subject) => Math.Min(subject.Sample.Count,
        Math.Max(FewestRows, Work / (Permutations * Math.Max(1, subject.Factors.Count))));

    /// <summary>The importance of every factor, the largest first.</summary>
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
