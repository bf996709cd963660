using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>How vector kernels read the columns of a table. Columns in which most rows have the same value, such as
/// slots of one-hot columns, are read as sparse values, the others as numbers.</summary>
/// <param name="Numbers">Columns read as numbers, ascending.</param>
/// <param name="Sparse">The other columns. Null if there are none.</param>
internal sealed record ColumnSplit(int[] Numbers, SparseTable? Sparse)
{
    /// <summary>Splits the columns of a dense table. Columns with bins or scores are read as numbers.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">Number of rows, from the first.</param>
    /// <param name="usual">For each column, its usual value and the share of rows that have it.</param>
    /// <param name="inputs">Encoding of the inputs of the networks.</param>
    /// <param name="limit">What is left of the memory for rows: without room for the indices, all columns are
    /// numbers. Null: there is no limit.</param>
    public static ColumnSplit Of(
        DenseFeatures table, int rows, (float Value, double Share)[] usual, IColumnFeatures inputs,
        MemoryLimit? limit = null)
    {
        int[] all = [.. Enumerable.Range(0, table.Columns)];
        var sparse = all.Where(column => usual[column].Share >= AutoRules.IndexedShare && !inputs.HasBins(column))
            .ToHashSet();
        if (sparse.Count == 0 || !inputs.AddsBins
            && sparse.Sum(column => 2 * usual[column].Share - 1) < AutoRules.LeastIndexSaving
            || limit?.TryTake(SparseTable.Bytes(rows, sparse.Sum(column => 1 - usual[column].Share))) == false)
            return new(all, null);
        return new(
            [.. all.Where(column => !sparse.Contains(column))],
            SparseTable.Of(table, rows,
                [.. sparse.Order().Select(column => (column, usual[column].Value, inputs.Feature(column)))]));
    }

    /// <summary>For each column, a value and the share of rows that have it. If a value has a majority, it is that one.
    /// If there are many rows, an evenly spread sample is used.</summary>
    public static (float Value, double Share)[] Usual(DenseFeatures table, int rows)
    {
        var (values, votes, counts) = (new float[table.Columns], new int[table.Columns], new int[table.Columns]);
        var stride = AutoRules.QuantileStride(rows);
        // Majority vote (Boyer and Moore 1991, MJRTY).
        for (var row = 0; row < rows; row += stride)
        {
            var next = table.Row(row);
            for (var column = 0; column < values.Length; column++)
            {
                if (votes[column] == 0)
                    values[column] = next[column];
                votes[column] += values[column] == next[column] ? 1 : -1;
            }
        }
        for (var row = 0; row < rows; row += stride)
        {
            var next = table.Row(row);
            for (var column = 0; column < values.Length; column++)
                counts[column] += values[column] == next[column] ? 1 : 0;
        }
        var sampled = (rows + stride - 1) / stride;
        return [.. values.Zip(counts, (value, count) => (value, (double)count / sampled))];
    }
}
