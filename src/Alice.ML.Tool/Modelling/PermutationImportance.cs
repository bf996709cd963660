namespace Alice.ML.Tool.Modelling;

/// <summary>What a model loses without a column.</summary>
/// <typeparam name="T">What stands for the column.</typeparam>
/// <param name="Column">The column.</param>
/// <param name="Increase">How much larger the error is, on average, when the column's values change rows.</param>
/// <param name="StandardError">Of that mean over the permutations.</param>
internal sealed record Importance<T>(T Column, double Increase, double StandardError);

/// <summary>Permutation importance (Breiman 2001): a column's values are dealt to other rows, and the error of the
/// model is measured again.</summary>
internal static class PermutationImportance
{
    // Neighboring seeds must not share permutations.
    private const int SeedStride = 7919;

    /// <summary>Numbers of so many rows, evenly spread over all.</summary>
    public static int[] Spread(int all, int most) =>
        [.. Enumerable.Range(0, Math.Min(all, most)).Select(i => (int)((long)i * all / Math.Min(all, most)))];

    /// <summary>Measures all columns, the most important first.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">Rows that the error is measured on.</param>
    /// <param name="before">The error as the rows are.</param>
    /// <param name="error">The error where each row has the value of a column from another row, whose number is given.
    /// Thread-safe.</param>
    /// <param name="permutations">How often each column is permuted, at least 2; every column by the same
    /// permutations.</param>
    /// <param name="seed">Decides the permutations.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<Importance<T>> Measure<T>(IReadOnlyList<T> columns, int rows, double before,
        Func<T, int[], double> error, int permutations, int seed, CancellationToken cancellation)
    {
        int[][] sources = [.. Enumerable.Range(0, permutations).Select(p => Permutation(rows, seed, p))];
        var measured = new Importance<T>[columns.Count];
        Parallel.For(0, measured.Length, new() { CancellationToken = cancellation }, column =>
        {
            double[] increases = [.. sources.Select(source => error(columns[column], source) - before)];
            var mean = increases.Average();
            var variance = increases.Sum(x => (x - mean) * (x - mean)) / (permutations - 1);
            measured[column] = new(columns[column], mean, Math.Sqrt(variance / permutations));
        });
        return [.. measured.OrderByDescending(column => column.Increase)];
    }

    private static int[] Permutation(int rows, int seed, int permutation)
    {
        int[] source = [.. Enumerable.Range(0, rows)];
        new Random(unchecked(seed * SeedStride + permutation)).Shuffle(source);
        return source;
    }
}
