using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Alice.ML.Training.Data;

namespace Alice.ML.Training.Checkpoints;

/// <summary>Rows of a run, as they were read: their number, and hashes of what they hold, in their order.</summary>
internal sealed record DataIdentity
{
    private const int RowsAtOnce = 1024;
    private const int HashBytes = 8;

    public required int Rows { get; init; }

    public required int Columns { get; init; }

    /// <summary>Rows that a file has in a random order together; 0: they are in memory.</summary>
    public int PanelRows { get; init; }

    /// <summary>Of each column; of sparse features one for all.</summary>
    public required IReadOnlyList<string> Features { get; init; }

    public required string Labels { get; init; }

    /// <summary>Null without weights.</summary>
    public string? Weights { get; init; }

    public static DataIdentity Of(TrainingData data) => new()
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

    /// <summary>What differs, in words.</summary>
    /// <param name="saved">The rows of a checkpoint.</param>
    /// <param name="what">What the rows are.</param>
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
