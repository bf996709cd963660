using System.Numerics.Tensors;
using Alice.ML.Training.Ranks;
using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Measures the scales of columns. It goes through the rows two or three times from the beginning to the end,
/// so that it needs no memory for each row, in memory or in a file. Quartiles are those of a sample of 20,000 rows or
/// more: the share of rows below one is off by 0.003 (one standard error). All else is of all rows.</summary>
internal sealed class ScaleOfColumns
{
    // Values of the rows that are measured together: few enough for the first-level cache.
    private const int PieceValues = 2048;

    private readonly int _columns;
    private readonly int _rows;
    private readonly int _blockRows;
    private readonly int _pieceRows;
    private readonly Func<int, int, ReadOnlyMemory<float>> _block;
    private readonly ReadOnlyMemory<float> _weights;
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
    /// <param name="weights">[rows]. Empty: all rows have the same weight.</param>
    /// <param name="sample">A sample of a column, on all ranks the same.</param>
    /// <param name="peers">Ranks with other rows. Null: there are none.</param>
    private ScaleOfColumns(int columns, int rows, int blockRows, Func<int, int, ReadOnlyMemory<float>> block,
        ReadOnlyMemory<float> weights, Func<int, ColumnSample> sample, Peers? peers)
    {
        (_columns, _rows, _blockRows, _block) = (columns, rows, Math.Max(1, blockRows), block);
        _pieceRows = Math.Max(1, PieceValues / columns);
        (_weights, _sample, _peers) = (weights, sample, peers);
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
            (first, count) => values.Slice(first * columns, count * columns), weights,
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
        return new ScaleOfColumns(columns, part.Rows, table.BlockRows, Block, part.WeightMemory, Sample, null)
            .Measure();

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
        // Of each place in a piece: vectors of them need no order of the values.
        var (lowest, highest) = (new float[_pieceRows * _columns], new float[_pieceRows * _columns]);
        Array.Fill(lowest, float.PositiveInfinity);
        Array.Fill(highest, float.NegativeInfinity);
        ForAll((values, _) =>
        {
            if (TensorPrimitives.IsFiniteAll(values))
            {
                TensorPrimitives.Min(values, lowest.AsSpan(0, values.Length), lowest);
                TensorPrimitives.Max(values, highest.AsSpan(0, values.Length), highest);
                return;
            }
            for (var i = 0; i < values.Length; i++)
                if (values[i] > lowest[i] && values[i] < highest[i])
                    continue; // most values change nothing
                else if (float.IsFinite(values[i]))
                    (lowest[i], highest[i]) = (Math.Min(lowest[i], values[i]), Math.Max(highest[i], values[i]));
                else if (float.IsNaN(values[i]))
                    _missing[i % _columns]++;
                else
                    _extreme[i % _columns]++;
        });
        for (var i = 0; i < lowest.Length; i++)
        {
            var c = i % _columns;
            (_lowest[c], _highest[c]) = (Math.Min(_lowest[c], lowest[i]), Math.Max(_highest[c], highest[i]));
        }
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
        ForAll((values, _) =>
        {
            for (var column = 0; column < _columns; column++)
                tails[column]?.Add(values[column..], _columns);
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
        ForAll((values, first) =>
        {
            var weightOf = _weights.IsEmpty ? default : _weights.Span[first..];
            for (var column = 0; column < _columns; column++)
            {
                var (lowest, highest, middle) = (_lowest[column], _highest[column], middles[column]);
                var (total, sum, square) = (weights[column], sums[column], squares[column]);
                for (var (i, row) = (column, 0); i < values.Length; i += _columns, row++)
                {
                    if (float.IsNaN(values[i]))
                        continue;
                    var weight = weightOf.IsEmpty ? 1.0 : weightOf[row];
                    var difference = Math.Clamp(values[i], lowest, highest) - middle;
                    total += weight;
                    sum += weight * difference;
                    square += weight * difference * difference;
                }
                (weights[column], sums[column], squares[column]) = (total, sum, square);
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

    /// <summary>Goes through the rows by pieces, each with the number of its first row.</summary>
    private void ForAll(Action<ReadOnlySpan<float>, int> use)
    {
        for (var first = 0; first < _rows; first += _blockRows)
        {
            var rows = Math.Min(_blockRows, _rows - first);
            var values = _block(first, rows).Span;
            for (var row = 0; row < rows; row += _pieceRows)
                use(values.Slice(row * _columns, Math.Min(_pieceRows, rows - row) * _columns), first + row);
        }
    }
}
