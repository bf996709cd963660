using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>How vector kernels read the columns of a table for networks with some inputs: those in which most rows have
/// one value, as in slots of one-hot columns, by index, the others as numbers.
/// </summary>
/// <param name="Numbers">Columns that are read as numbers, ascending.</param>
/// <param name="Sparse">The other columns; null where there are none.</param>
internal sealed record ColumnSplit(int[] Numbers, SparseTable? Sparse)
{
    /// <summary>Splits the columns of a dense table. Columns with bins or scores are numbers.</summary>
    /// <param name="table">The table.</param>
    /// <param name="rows">The first rows, which are meant.</param>
    /// <param name="usual">Per column the value that most rows have, and their share.</param>
    /// <param name="inputs">What networks are given.</param>
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

    /// <summary>Per column a value and the share of rows that have it: if more than half of them have one, that value.
    /// Of many rows, an even choice.
    /// </summary>
    public static (float Value, double Share)[] Usual(DenseFeatures table, int rows)
    {
        var (values, votes, counts) = (new float[table.Columns], new int[table.Columns], new int[table.Columns]);
        var stride = AutoRules.QuantileStride(rows);
        // A majority outvotes the others (Boyer and Moore 1991, MJRTY).
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
