using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Measures the scales of columns. It goes through the rows two or three times from the beginning to the end,
/// so that it needs no memory for each row, in memory or in a file. Quartiles are those of a sample of 20,000 rows or
/// more: the share of rows below one is off by 0.003 (one standard error). All else is of all rows.</summary>
internal sealed class ScaleOfColumns
{
    private readonly int _columns;
    private readonly int _rows;
    private readonly int _blockRows;
    private readonly Func<int, int, ReadOnlyMemory<float>> _block;
    private readonly Func<int, float> _weight;
    private readonly Func<int, ColumnSample> _sample;
    private readonly Peers? _peers;
    private readonly float[] _lowest;
    private readonly float[] _highest;
    private readonly int[] _missing;
    private readonly int[] _extreme;
    private readonly Quartiles[] _quartiles;

    /// <param name="columns">Values a row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="blockRows">Rows to ask for at once.</param>
    /// <param name="block">Gives rows, from their first number and their number.</param>
    /// <param name="weight">The weight of a row.</param>
    /// <param name="sample">A sample of a column, on all ranks the same.</param>
    /// <param name="peers">Ranks with other rows. Null: there are none.</param>
    private ScaleOfColumns(int columns, int rows, int blockRows, Func<int, int, ReadOnlyMemory<float>> block,
        Func<int, float> weight, Func<int, ColumnSample> sample, Peers? peers)
    {
        (_columns, _rows, _blockRows, _block) = (columns, rows, Math.Max(1, blockRows), block);
        (_weight, _sample, _peers) = (weight, sample, peers);
        (_lowest, _highest) = (new float[columns], new float[columns]);
        Array.Fill(_lowest, float.PositiveInfinity);
        Array.Fill(_highest, float.NegativeInfinity);
        (_missing, _extreme) = (new int[columns], new int[columns]);
        _quartiles = new Quartiles[columns];
    }

    /// <summary>Scales of the columns of rows in memory.</summary>
    /// <inheritdoc cref="ColumnScale.Of" path="/param"/>
    public static ColumnScale[] InMemory(
        ReadOnlyMemory<float> values, int columns, ReadOnlyMemory<float> weights, Peers? peers)
    {
        var rows = values.Length / columns;
        Func<int, float> weight = weights.IsEmpty ? _ => 1 : row => weights.Span[row];
        return new ScaleOfColumns(columns, rows, rows,
            (first, count) => values.Slice(first * columns, count * columns), weight,
            column => new ColumnSample(rows, row => values.Span[row * columns + column], weight, peers), peers)
            .Measure();
    }

    /// <summary>Scales of the columns of rows in a file.</summary>
    /// <param name="table">The file.</param>
    /// <param name="part">The rows.</param>
    public static ColumnScale[] InFile(FileFeatures table, TrainingData part)
    {
        var columns = table.Columns;
        var buffer = GC.AllocateUninitializedArray<float>(table.BlockRows * columns);
        var sample = new Lazy<TrainingData>(part.Sample);
        return new ScaleOfColumns(columns, part.Rows, table.BlockRows, Block, part.Weight, Sample, null).Measure();

        ReadOnlyMemory<float> Block(int first, int count)
        {
            table.CopyRows(part.Start + first, buffer.AsSpan(0, count * columns));
            return buffer.AsMemory(0, count * columns);
        }

        ColumnSample Sample(int column) => new(sample.Value.Rows,
            row => ((DenseFeatures)sample.Value.Features).Row(row)[column], sample.Value.Weight);
    }

    private ColumnScale[] Measure()
    {
        Range();
        Fence();
        return Moments();
    }

    /// <summary>The least and the largest finite value, how many are missing, and how many infinite.</summary>
    private void Range()
    {
        ForAll((row, _) =>
        {
            for (var column = 0; column < row.Length; column++)
                if (float.IsFinite(row[column]))
                    (_lowest[column], _highest[column]) =
                        (Math.Min(_lowest[column], row[column]), Math.Max(_highest[column], row[column]));
                else if (float.IsNaN(row[column]))
                    _missing[column]++;
                else
                    _extreme[column]++;
        });
        if (_peers is null)
            return;
        var each = _peers.GatherEach<(float Lowest, float Highest, int Missing, int Infinite)>([.. Enumerable
            .Range(0, _columns).Select(c => (_lowest[c], _highest[c], _missing[c], _extreme[c]))]);
        for (var c = 0; c < _columns; c++)
            (_lowest[c], _highest[c], _missing[c], _extreme[c]) =
                (each.Min(part => part[c].Lowest), each.Max(part => part[c].Highest),
                    each.Sum(part => part[c].Missing), each.Sum(part => part[c].Infinite));
    }

    /// <summary>Leaves extreme values out of the ranges.</summary>
    private void Fence()
    {
        var tails = new ColumnTails?[_columns];
        for (var c = 0; c < tails.Length; c++)
            if (!(_lowest[c] < _highest[c]))
                // No value at all counts as one value, 0.
                (_lowest[c], _highest[c]) = _lowest[c] == _highest[c] ? (_lowest[c], _highest[c]) : (0, 0);
            else if (_sample(c) is var sample && sample.Values.Length >= AutoRules.LeastValuesOfFence)
            {
                _quartiles[c] = Quartiles.Of(sample);
                if (!OutlierFence.Reaches(_quartiles[c], _lowest[c], _highest[c]))
                    tails[c] = new ColumnTails(_quartiles[c]);
            }
        if (tails.All(tail => tail is null))
            return;
        ForAll((row, _) =>
        {
            for (var column = 0; column < row.Length; column++)
                tails[column]?.Add(row[column]);
        });
        var rows = _peers?.SumRows(_rows) ?? _rows;
        for (var c = 0; c < tails.Length; c++)
            if (tails[c] is { } tail)
            {
                tail.Merge(_peers);
                (_lowest[c], _highest[c], var outside) = tail.Fence(_lowest[c], _highest[c], rows - _missing[c]);
                _extreme[c] += outside;
            }
    }

    /// <summary>Weighted means and deviations, with extreme values clipped to the ranges.</summary>
    private ColumnScale[] Moments()
    {
        var (weights, sums, squares) = (new double[_columns], new double[_columns], new double[_columns]);
        // About a value in the middle, so that the squares lose no digits.
        double[] middles = [.. Enumerable.Range(0, _columns).Select(column =>
            _quartiles[column] == default ? _lowest[column] : _quartiles[column].Median)];
        ForAll((row, weight) =>
        {
            for (var column = 0; column < row.Length; column++)
            {
                if (float.IsNaN(row[column]))
                    continue;
                var difference = Math.Clamp(row[column], _lowest[column], _highest[column]) - middles[column];
                weights[column] += weight;
                sums[column] += weight * difference;
                squares[column] += weight * difference * difference;
            }
        });
        foreach (var values in new[] { weights, sums, squares })
            _peers?.Sum(values);
        return [.. Enumerable.Range(0, _columns).Select(column =>
        {
            var (mean, square) = weights[column] > 0
                ? (sums[column] / weights[column], squares[column] / weights[column]) : (0, 0);
            return new ColumnScale(
                middles[column] + mean, Math.Sqrt(Math.Max(0, square - mean * mean)), _lowest[column], _highest[column],
                _quartiles[column], _missing[column], _extreme[column]);
        })];
    }

    /// <summary>Goes through the rows with their weights.</summary>
    private void ForAll(Action<ReadOnlySpan<float>, double> use)
    {
        for (var first = 0; first < _rows; first += _blockRows)
        {
            var rows = Math.Min(_blockRows, _rows - first);
            var values = _block(first, rows).Span;
            for (var row = 0; row < rows; row++)
                use(values.Slice(row * _columns, _columns), _weight(first + row));
        }
    }
}
