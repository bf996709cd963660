namespace Alice.ML.Tool.Modelling;

/// <summary>The permutation importance of one column.</summary>
/// <typeparam name="T">Type that stands for a column.</typeparam>
/// <param name="Column">The column.</param>
/// <param name="Increase">Mean increase of the error when the values of the column are permuted.</param>
/// <param name="StandardError">Standard error of the mean, over the permutations.</param>
internal sealed record Importance<T>(T Column, double Increase, double StandardError);

/// <summary>Permutation importance (Breiman 2001): the values of a column are permuted over the rows, and the error is
/// measured again.</summary>
internal static class PermutationImportance
{
    // So that neighboring seeds do not share permutations.
    private const int SeedStride = 7919;

    /// <summary>Indices of at most <paramref name="most"/> rows, evenly spread.</summary>
    public static int[] Spread(int all, int most) =>
        [.. Enumerable.Range(0, Math.Min(all, most)).Select(i => (int)((long)i * all / Math.Min(all, most)))];

    /// <summary>Measures all columns. The most important comes first.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="before">The error on the original rows.</param>
    /// <param name="error">Returns the error if each row has the value of a column from the given row.
    /// Thread-safe.</param>
    /// <param name="permutations">Permutations per column, at least 2. They are the same for every column.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <param name="cancellation">Cancels the measurement.</param>
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
