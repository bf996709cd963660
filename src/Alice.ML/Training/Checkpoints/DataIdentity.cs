using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Alice.ML.Optimization.Update;
using Alice.ML.Training.Data;

namespace Alice.ML.Training.Checkpoints;

/// <summary>Identity of the rows of a run as they were read: their number, and hashes of their contents in
/// order.</summary>
internal sealed record DataIdentity
{
    private const int RowsAtOnce = 1024;
    private const int HashBytes = 8;

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    /// <summary>Number of rows per panel of a file. 0: the rows are in memory.</summary>
    public int PanelRows { get; init; }

    /// <summary>One hash per column, or one for all sparse features.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    public required string Labels { get; init; }

    /// <summary>Null if there are no weights.</summary>
    public string? Weights { get; init; }

    /// <summary>Computes the identity of rows.</summary>
    /// <param name="data">The rows of this rank.</param>
    /// <param name="communicator">Joins the ranks. The hashes do not depend on how ranks share the rows.</param>
    public static DataIdentity Of(TrainingData data, Communicator? communicator = null)
    {
        if (communicator is null || data.Features is not DenseFeatures dense)
            return OfOrder(data);
        var sums = Enumerable.Range(0, data.Columns + 2).Select(column => Sum(data, dense, column)).ToArray();
        if (data.Peers is not null)
        {
            var each = data.Peers.GatherEach<ulong>(sums);
            sums = [.. sums.Select((_, i) => each.Aggregate(0UL, (sum, own) => unchecked(sum + own[i])))];
        }
        return new()
        {
            Rows = data.TotalRows,
            Columns = data.Columns,
            Features = [.. sums[..^2].Select(sum => $"{sum:X16}")],
            Labels = $"{sums[^2]:X16}",
            Weights = data.WeightArray is null ? null : $"{sums[^1]:X16}",
        };
    }

    // Sums a hash of each row's label and value. The last two columns are label and weight.
    private static ulong Sum(TrainingData data, DenseFeatures dense, int column)
    {
        var sum = 0UL;
        for (var row = 0; row < data.Rows; row++)
        {
            var value = column < data.Columns ? dense.Values[(data.Start + row) * data.Columns + column]
                : column == data.Columns ? data.Labels[row] : data.Weight(row);
            var bits = ((ulong)BitConverter.SingleToUInt32Bits(data.Labels[row]) << 32)
                | BitConverter.SingleToUInt32Bits(value);
            sum = unchecked(sum + AliceDirections.Key(bits, column));
        }
        return sum;
    }

    private static DataIdentity OfOrder(TrainingData data) => new()
    {
        Rows = data.Rows,
        Columns = data.Columns,
        PanelRows = (data.Features as FileFeatures)?.PanelRows ?? 0,
        Features = data.Features is SparseFeatures sparse
            ? [Hash(sparse, data.Start, data.Rows)]
            : Hash(data.Features, data.Start, data.Rows),
        Labels = Text(SHA256.HashData(MemoryMarshal.AsBytes(data.Labels))),
        Weights = data.WeightArray is null ? null : Text(SHA256.HashData(MemoryMarshal.AsBytes(data.Weights))),
    };

    /// <summary>Describes the differences.</summary>
    /// <param name="saved">The rows of a checkpoint.</param>
    /// <param name="what">Name of the rows in messages.</param>
    /// <param name="nameOf">The name of a feature.</param>
    public IEnumerable<string> DifferencesFrom(DataIdentity saved, string what, Func<int, string> nameOf)
    {
        if (Rows != saved.Rows)
            yield return $"the {what} has {Count(Rows - saved.Rows, "row")}: {Rows:N0}";
        if (Columns != saved.Columns)
            yield return $"the {what} has {Count(Columns - saved.Columns, "feature")}: {Columns:N0}";
        if (Rows != saved.Rows || Columns != saved.Columns)
            yield break;
        if (PanelRows != saved.PanelRows)
        {
            yield return $"the {what} {Place(saved.PanelRows, "was")} and {Place(PanelRows, "is")}: set MaximumMemory "
                + "so that it is where it was";
            yield break;
        }
        int[] changed = [.. Enumerable.Range(0, Features.Count)
            .Where(column => Features[column] != saved.Features.ElementAtOrDefault(column))];
        if (changed.Length > 0)
            yield return Features.Count == Columns
                ? $"the {what} has other values of {ColumnReport.List([.. changed.Select(nameOf)])}"
                : $"the {what} has other features";
        if (Labels != saved.Labels)
            yield return $"the {what} has other labels";
        if (Weights != saved.Weights)
            yield return saved.Weights is null ? $"the {what} had no weights"
                : Weights is null ? $"the {what} had weights"
                : $"the {what} has other weights";
    }

    private static string Count(int more, string what) =>
        $"{Math.Abs(more):N0} {(more > 0 ? "more" : "fewer")} {what}{(Math.Abs(more) == 1 ? "" : "s")}";

    private static string Place(int panelRows, string verb) => panelRows == 0
        ? $"{verb} in memory" : $"{verb} in a file of panels of {panelRows:N0} rows";

    private static string[] Hash(FeatureTable table, int start, int rows)
    {
        var hashes = Enumerable.Range(0, table.Columns)
            .Select(_ => IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).ToArray();
        var (block, values) = (new float[RowsAtOnce * table.Columns], new float[RowsAtOnce]);
        for (var first = 0; first < rows; first += RowsAtOnce)
        {
            var part = values.AsSpan(0, Math.Min(RowsAtOnce, rows - first));
            table.CopyRows(start + first, block.AsSpan(0, part.Length * table.Columns));
            for (var column = 0; column < hashes.Length; column++)
            {
                for (var row = 0; row < part.Length; row++)
                    part[row] = block[row * table.Columns + column];
                hashes[column].AppendData(MemoryMarshal.AsBytes(part));
            }
        }
        return [.. hashes.Select(Text)];
    }

    private static string Hash(SparseFeatures table, int start, int rows)
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var row = start; row < start + rows; row++)
        {
            var (indices, values) = (table.Rows[row].Indices, table.Rows[row].Values);
            hash.AppendData(BitConverter.GetBytes(indices.Length));
            hash.AppendData(MemoryMarshal.AsBytes(indices.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
        }
        return Text(hash);
    }

    private static string Text(IncrementalHash hash)
    {
        using (hash)
            return Text(hash.GetHashAndReset());
    }

    private static string Text(byte[] hash) => Convert.ToHexString(hash.AsSpan(0, HashBytes));
}
