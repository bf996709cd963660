using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>Permutation importance of the columns of a file, all categories of a column and all parts of a date
/// together.</summary>
/// <param name="Metric">The error: RMSE or log-loss, with its value as the rows are.</param>
/// <param name="Rows">How many rows it was measured on.</param>
/// <param name="Columns">Names of the columns, the most important first.</param>
internal sealed record ColumnImportances(Metric Metric, int Rows, IReadOnlyList<Importance<string>> Columns)
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
    public static ColumnImportances Measure(MLContext ml, TableTask task, NetworkRows rows, float[] labels,
        int permutations, int seed, CancellationToken cancellation)
    {
        var chosen = PermutationImportance.Spread(labels.Length, MostRows);
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
        int[][] slots = [.. rows.Columns.Select((_, column) => rows.SlotsOf(column))];
        var measured = PermutationImportance.Measure([.. Enumerable.Range(0, slots.Length)], features.Length,
            whole.Value, (column, source) => Error(i => Mixed(features[i], features[source[i]], slots[column])).Value,
            permutations, seed, cancellation);
        return new(whole, features.Length, [.. measured.Select(column =>
            new Importance<string>(rows.Columns[column.Column], column.Increase, column.StandardError))]);
    }

    private static float[] Mixed(float[] row, float[] other, int[] slots)
    {
        var mixed = (float[])row.Clone();
        foreach (var slot in slots)
            mixed[slot] = other[slot];
        return mixed;
    }
}
