using Microsoft.ML;

namespace Alice.ML.Tool.Modelling;

/// <summary>Permutation importance of the columns of a file. All slots of a column are permuted together.</summary>
/// <param name="Metric">RMSE or log-loss, with its value on the original rows.</param>
/// <param name="Rows">Number of rows that were used.</param>
/// <param name="Columns">Names of the columns, the most important first.</param>
internal sealed record ColumnImportances(Metric Metric, int Rows, IReadOnlyList<Importance<string>> Columns)
{
    /// <summary>Default number of permutations per column.</summary>
    public const int DefaultPermutations = 10;

    /// <summary>Maximum number of rows, evenly spread. More would take time and change little.</summary>
    public const int MostRows = 10_000;

    /// <summary>Measures the importance of each column.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="task">The task of the model.</param>
    /// <param name="rows">Labeled rows, other than the training rows.</param>
    /// <param name="labels">Their labels, as <see cref="Data.Target.Read"/> gives them.</param>
    /// <param name="permutations">Permutations per column, at least 2.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <param name="cancellation">Cancels the measurement.</param>
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
