using Alice.ML.Optimization.Update;

namespace Alice.ML.Training.Data;

/// <summary>Writes rows to a file in panels. A panel is a number of consecutive rows in random order. Any part of a
/// panel is then a random sample of its rows, whatever the order of the source.</summary>
/// <param name="file">The file.</param>
/// <param name="blockBytes">Approximate size of a panel in bytes.</param>
/// <param name="key">Key of the random orders.</param>
internal sealed class PanelWriter(RowFile file, int blockBytes, ulong key)
{
    private readonly float[] _values = GC.AllocateUninitializedArray<float>(
        file.Columns * Math.Max(1, blockBytes / (sizeof(float) * file.Columns)));

    // Allocated once: garbage of every panel would take as much memory as the rows.
    private float[] _copy = [];
    private int[] _order = [];

    /// <summary>Number of rows per panel.</summary>
    public int Rows => _values.Length / file.Columns;

    /// <summary>Buffer for a row of the next panel.</summary>
    public Span<float> Row(int row) => _values.AsSpan(row * file.Columns, file.Columns);

    /// <summary>Shuffles the rows of the panel, with their labels and weights, and writes them.</summary>
    /// <param name="labels">Labels of the panel's rows, [rows, labels].</param>
    /// <param name="weights">Weights of the panel's rows. Empty if there are none.</param>
    /// <param name="rows">Number of rows of the panel.</param>
    public void Write(Span<float> labels, Span<float> weights, int rows)
    {
        if (rows == 0)
            return;
        if (_order.Length == 0)
            _order = new int[Rows];
        var order = _order.AsSpan(0, rows);
        for (var row = 0; row < order.Length; row++)
            order[row] = row;
        RowOrder.Shuffle(order, AliceDirections.Key(key, file.Rows));
        Permute(_values.AsSpan(0, rows * file.Columns), file.Columns);
        Permute(labels, labels.Length / rows);
        Permute(weights, 1);
        file.Append(_values.AsSpan(0, rows * file.Columns));
    }

    private void Permute(Span<float> values, int columns)
    {
        if (_copy.Length < values.Length)
            _copy = GC.AllocateUninitializedArray<float>(values.Length);
        values.CopyTo(_copy);
        for (var row = 0; row < values.Length / columns; row++)
            _copy.AsSpan(_order[row] * columns, columns).CopyTo(values.Slice(row * columns, columns));
    }

    /// <summary>The rows that were written.</summary>
    public FileFeatures Features() => new(file, Rows, blockBytes, null);
}
