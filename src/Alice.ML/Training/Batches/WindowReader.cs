using Alice.ML.Training.Data;

namespace Alice.ML.Training.Batches;

/// <summary>Reads the rows of a file in random order, one window at a time. Each thread needs its own reader.</summary>
internal sealed unsafe class WindowReader(FileFeatures table, BlockOrder order)
{
    /// <summary>Number of values per row.</summary>
    public int Columns => table.Columns;

    private readonly int[] _columns = [.. Enumerable.Range(0, table.Columns)];

    // The rows of the window in file order, their numbers, and their positions in the shuffled window.
    private float[] _values = [];
    private int[] _numbers = [];
    private int[] _places = [];
    private (int Version, int Window) _loaded = (-1, -1);

    /// <summary>Copies rows, prepared, with their numbers in the table.</summary>
    /// <param name="from">The place of the first one in the order.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="numbers">Receives the numbers of the rows.</param>
    /// <param name="features">Receives [count, columns] values.</param>
    public void Read(int from, int count, int* numbers, float* features)
    {
        while (count > 0)
        {
            var window = Window(from);
            if (_loaded != (order.Version, window))
                Load(window);
            var places = _places.AsSpan(from - order.Start(window),
                Math.Min(count, order.Start(window + 1) - from));
            fixed (float* values = _values)
                RowGather.Copy(values, table.Columns, places, features, _columns);
            for (var i = 0; i < places.Length; i++)
                numbers[i] = _numbers[places[i]];
            (from, count) = (from + places.Length, count - places.Length);
            numbers += places.Length;
            features += (nint)places.Length * table.Columns;
        }
    }

    /// <summary>The window of a place. It is usually that of the place before, or the next one.</summary>
    private int Window(int place)
    {
        var window = Math.Max(0, _loaded.Window);
        if (place < order.Start(window))
            window = 0;
        while (place >= order.Start(window + 1))
            window++;
        return window;
    }

    private void Load(int window)
    {
        if (_numbers.Length < order.MostRows)
        {
            _values = [];
            _numbers = new int[order.MostRows];
            _places = new int[order.MostRows];
            _values = GC.AllocateUninitializedArray<float>(order.MostRows * table.Columns);
        }
        var rows = 0;
        for (var panel = 0; panel < order.Panels; panel++)
        {
            var (first, count) = order.Part(panel, window);
            table.CopyRows(first, _values.AsSpan(rows * table.Columns, count * table.Columns));
            var start = rows;
            for (var i = 0; i < count; i++)
            {
                if (order.IsLeftOut(first + i))
                    continue;
                // Replaces a row that is left out.
                if (rows < start + i)
                    _values.AsSpan((start + i) * table.Columns, table.Columns)
                        .CopyTo(_values.AsSpan(rows * table.Columns, table.Columns));
                _numbers[rows++] = first + i;
            }
        }
        for (var place = 0; place < rows; place++)
            _places[place] = place;
        order.ShuffleWindow(window, _places.AsSpan(0, rows));
        _loaded = (order.Version, window);
    }
}
