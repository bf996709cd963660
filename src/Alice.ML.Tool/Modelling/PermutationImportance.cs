using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>What a model loses without a column.</summary>
/// <param name="Column">The column of the file.</param>
/// <param name="Increase">How much larger the error is, on average, when the column's values change rows.</param>
/// <param name="StandardError">Of that mean over the permutations.</param>
internal sealed record ColumnImportance(string Column, double Increase, double StandardError);

/// <summary>Permutation importance (Breiman 2001): a column's values are dealt to other rows, all categories of the
/// column and all parts of a date together, and the error of the model is measured again.</summary>
/// <param name="Metric">The error: RMSE or log-loss, with its value as the rows are.</param>
/// <param name="Rows">How many rows it was measured on.</param>
/// <param name="Columns">The most important first.</param>
internal sealed record PermutationImportance(Metric Metric, int Rows, IReadOnlyList<ColumnImportance> Columns)
{
    /// <summary>How often each column is permuted by default.</summary>
    public const int DefaultPermutations = 10;

    /// <summary>More rows than these add time and little else: they are taken evenly spread.</summary>
    public const int MostRows = 10_000;

    /// <summary>Measures a model.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="task">What the model has learned.</param>
    /// <param name="rows">Labeled rows, not those of training.</param>
    /// <param name="labels">Their labels, as <see cref="Data.Target.Read"/> gives them.</param>
    /// <param name="permutations">How often each column is permuted, at least 2.</param>
    /// <param name="seed">Decides the permutations.</param>
    /// <param name="cancellation">Ends it.</param>
    public static PermutationImportance Measure(MLContext ml, TableTask task, NetworkRows rows, float[] labels,
        int permutations, int seed, CancellationToken cancellation)
    {
        var every = Math.Max(1.0, (double)labels.Length / MostRows);
        int[] chosen = [.. Enumerable.Range(0, (int)(labels.Length / every)).Select(i => (int)(i * every))];
        float[][] features = [.. chosen.Select(row => rows.Features[row])];
        float[] truth = [.. chosen.Select(row => labels[row])];

        Metric Error(Func<int, float[]> row)
        {
            var outputs = new float[features.Length][];
            Parallel.For(0, outputs.Length, new() { CancellationToken = cancellation },
                i => outputs[i] = rows.Predict(row(i)));
            return task.Evaluate(ml, truth, outputs).First(metric => metric.Key == task.LossKey);
        }

        var whole = Error(i => features[i]);
        var columns = rows.Columns.Select((name, column) =>
        {
            var slots = rows.SlotsOf(column);
            double[] increases = [.. Enumerable.Range(0, permutations).Select(p =>
            {
                int[] from = [.. Enumerable.Range(0, features.Length)];
                new Random(HashCode(seed, p)).Shuffle(from);
                return Error(i => Mixed(features[i], features[from[i]], slots)).Value - whole.Value;
            })];
            var mean = increases.Average();
            var variance = increases.Sum(x => (x - mean) * (x - mean)) / (permutations - 1);
            return new ColumnImportance(name, mean, Math.Sqrt(variance / permutations));
        });
        return new(whole, features.Length, [.. columns.OrderByDescending(column => column.Increase)]);
    }

    // Neighboring seeds must not share permutations.
    private static int HashCode(int seed, int permutation) => unchecked(seed * 7919 + permutation);

    private static float[] Mixed(float[] row, float[] other, int[] slots)
    {
        var mixed = (float[])row.Clone();
        foreach (var slot in slots)
            mixed[slot] = other[slot];
        return mixed;
    }
}
