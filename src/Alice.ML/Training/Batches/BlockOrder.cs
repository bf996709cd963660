using Alice.ML.Optimization.Update;
using Alice.ML.Training.Data;

namespace Alice.ML.Training.Batches;

/// <summary>The order in which the rows of a file are read: window by window, each with an equal part of every panel.
/// The rows of a panel are in random order, so a window is a random sample of all rows, stratified by their place in
/// the source. In each epoch the parts of every panel are assigned to the windows in turn, starting at a random window,
/// so that each window gets different rows each time. The rows of a window are shuffled. Without a key the rows keep
/// their order.</summary>
internal sealed class BlockOrder
{
    private readonly int _first;
    private readonly int _rows;
    private readonly int _panelRows;
    private readonly int[] _without;
    private readonly int[] _starts;
    private ulong? _key;

    /// <param name="rows">Rows of the file: a whole part, possibly without some rows.</param>
    /// <param name="table">The file.</param>
    public BlockOrder(RowSet rows, FileFeatures table)
    {
        (_first, _rows, _panelRows) = (rows.Data.Start, rows.Data.Rows, table.PanelRows);
        _without = rows.Without ?? [];
        Windows = (int)(((long)_rows + table.BlockRows - 1) / table.BlockRows);
        _starts = new int[Windows + 1];
        CountRows();
    }

    /// <summary>Number of windows per epoch.</summary>
    public int Windows { get; }

    /// <summary>Changes whenever the order does.</summary>
    public int Version { get; private set; }

    /// <summary>Number of rows of the largest window, including those that are left out.</summary>
    public int MostRows { get; private set; }

    /// <summary>Number of parts in which a window is read.</summary>
    public int Panels => _key is null ? 1 : (_rows + _panelRows - 1) / _panelRows;

    /// <summary>Puts the rows in the order of a key.</summary>
    public void Shuffle(ulong key)
    {
        _key = key;
        Version++;
        CountRows();
    }

    /// <summary>The place of a window's first row in the order.</summary>
    public int Start(int window) => _starts[window];

    /// <summary>The rows of a panel that belong to a window, including those that are left out.</summary>
    public (int First, int Count) Part(int panel, int window)
    {
        var from = panel * _panelRows;
        var size = _key is null ? _rows : Math.Min(_panelRows, _rows - from);
        var part = _key is { } key
            ? (window + (int)(AliceDirections.Key(key, panel) % (ulong)Windows)) % Windows : window;
        var start = BatchSource.Start(part, Windows, size);
        return (_first + from + start, BatchSource.Start(part + 1, Windows, size) - start);
    }

    /// <summary>Whether a row is left out.</summary>
    public bool IsLeftOut(int row) => _without.Length > 0 && Array.BinarySearch(_without, row) >= 0;

    /// <summary>Shuffles the rows of a window, if the order is random.</summary>
    public void ShuffleWindow(int window, Span<int> places)
    {
        if (_key is { } key)
            RowOrder.Shuffle(places, AliceDirections.Key(key, -1 - window));
    }

    private void CountRows()
    {
        MostRows = 0;
        for (var window = 0; window < Windows; window++)
        {
            var (rows, all) = (0, 0);
            for (var panel = 0; panel < Panels; panel++)
            {
                var (first, count) = Part(panel, window);
                all += count;
                rows += count - LeftOutBefore(first + count) + LeftOutBefore(first);
            }
            MostRows = Math.Max(MostRows, all);
            _starts[window + 1] = _starts[window] + rows;
        }
    }

    private int LeftOutBefore(int row)
    {
        var place = _without.AsSpan().BinarySearch(row);
        return place < 0 ? ~place : place;
    }
}
