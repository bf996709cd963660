using Alice.ML.Training.Rules;

namespace Alice.ML.Training.Data;

/// <summary>Computes the scales of the columns of a file in two or three passes. Quartiles come from a sample of 20,000
/// rows or more: the share of rows below one has a standard error of 0.003. Everything else comes from all
/// rows.</summary>
internal sealed class FileScale
{
    private readonly FileFeatures _table;
    private readonly TrainingData _part;
    private readonly float[] _block;
    private readonly float[] _lowest;
    private readonly float[] _highest;
    private readonly int[] _missing;
    private readonly int[] _extreme;
    private readonly Quartiles[] _quartiles;

    private FileScale(FileFeatures table, TrainingData part)
    {
        (_table, _part) = (table, part);
        _block = GC.AllocateUninitializedArray<float>(table.BlockRows * table.Columns);
        (_lowest, _highest) = (new float[table.Columns], new float[table.Columns]);
        Array.Fill(_lowest, float.PositiveInfinity);
        Array.Fill(_highest, float.NegativeInfinity);
        (_missing, _extreme) = (new int[table.Columns], new int[table.Columns]);
        _quartiles = new Quartiles[table.Columns];
    }

    /// <summary>Scales of the columns, as <see cref="ColumnScale.Of"/> computes them for rows in memory.</summary>
    public static ColumnScale[] Of(FileFeatures table, TrainingData part) => new FileScale(table, part).Measure();

    private ColumnScale[] Measure()
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
        Fence();
        var columns = _table.Columns;
        var (weights, sums, squares) = (new double[columns], new double[columns], new double[columns]);
        // Sums of squares around a central value keep their precision.
        double[] middles = [.. Enumerable.Range(0, columns).Select(Middle)];
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
        return [.. Enumerable.Range(0, columns).Select(column =>
        {
            var (mean, square) = weights[column] > 0
                ? (sums[column] / weights[column], squares[column] / weights[column]) : (0, 0);
            return new ColumnScale(
                middles[column] + mean, Math.Sqrt(Math.Max(0, square - mean * mean)), _lowest[column], _highest[column],
                _quartiles[column], _missing[column], _extreme[column]);
        })];

        double Middle(int column) => _quartiles[column] == default ? _lowest[column] : _quartiles[column].Median;
    }

    /// <summary>Excludes extreme values from the ranges.</summary>
    private void Fence()
    {
        var sample = _part.Sample();
        var table = (DenseFeatures)sample.Features;
        var tails = new ColumnTails?[_table.Columns];
        for (var c = 0; c < tails.Length; c++)
        {
            var column = c;
            if (!(_lowest[c] < _highest[c]))
                // A column without values counts as constant 0.
                (_lowest[c], _highest[c]) = _lowest[c] == _highest[c] ? (_lowest[c], _highest[c]) : (0, 0);
            else if (new ColumnSample(sample.Rows, row => table.Row(row)[column], sample.Weight) is var values
                && values.Values.Length >= AutoRules.LeastValuesOfFence)
            {
                _quartiles[c] = Quartiles.Of(values);
                if (!OutlierFence.Reaches(_quartiles[c], _lowest[c], _highest[c]))
                    tails[c] = new ColumnTails(_quartiles[c]);
            }
        }
        if (tails.All(tail => tail is null))
            return;
        ForAll((row, _) =>
        {
            for (var column = 0; column < row.Length; column++)
                tails[column]?.Add(row[column]);
        });
        for (var c = 0; c < tails.Length; c++)
            if (tails[c] is { } tail)
            {
                (_lowest[c], _highest[c], var outside) =
                    tail.Fence(_quartiles[c], _lowest[c], _highest[c], _part.Rows - _missing[c]);
                _extreme[c] += outside;
            }
    }

    /// <summary>Calls an action for each row and its weight.</summary>
    private void ForAll(Action<ReadOnlySpan<float>, double> use)
    {
        var columns = _table.Columns;
        for (var first = 0; first < _part.Rows; first += _table.BlockRows)
        {
            var rows = Math.Min(_table.BlockRows, _part.Rows - first);
            _table.CopyRows(_part.Start + first, _block.AsSpan(0, rows * columns));
            for (var row = 0; row < rows; row++)
                use(_block.AsSpan(row * columns, columns), _part.Weight(first + row));
        }
    }

    /// <summary>Summarizes the values of a column in its tails. They are grouped by the power of two of their distance
    /// from the median, with the smallest and the largest value of each group. A gap that separates extreme values is
    /// wider than any group, so this is enough to find it.</summary>
    private sealed class ColumnTails(Quartiles quartiles)
    {
        // Range of the exponents of differences of floats.
        private const int LeastExponent = -150;
        private const int Exponents = 280;

        private readonly (double From, double To) _reach = OutlierFence.Range(quartiles);
        private readonly OutlierFence.Stretch[] _below = new OutlierFence.Stretch[Exponents];
        private readonly OutlierFence.Stretch[] _above = new OutlierFence.Stretch[Exponents];
        private float _inLowest = quartiles.Lower;
        private float _inHighest = quartiles.Upper;

        public void Add(float value)
        {
            if (!float.IsFinite(value))
                return;
            if (value >= _reach.From && value <= _reach.To)
            {
                (_inLowest, _inHighest) = (Math.Min(_inLowest, value), Math.Max(_inHighest, value));
                return;
            }
            var isAbove = value > _reach.To;
            ref var stretch = ref (isAbove ? _above : _below)[
                Math.ILogB((double)value - quartiles.Median) - LeastExponent];
            stretch = stretch.Count == 0 ? new(value, value, 1)
                : isAbove ? new(Math.Min(stretch.Near, value), Math.Max(stretch.Far, value), stretch.Count + 1)
                : new(Math.Max(stretch.Near, value), Math.Min(stretch.Far, value), stretch.Count + 1);
        }

        public OutlierFence Fence(in Quartiles middle, float lowest, float highest, int count) => OutlierFence.Of(
            middle, (lowest, highest, count), (_inLowest, _inHighest),
            [.. _below.Where(stretch => stretch.Count > 0)], [.. _above.Where(stretch => stretch.Count > 0)]);
    }
}
