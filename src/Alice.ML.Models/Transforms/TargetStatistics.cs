using System.Runtime.InteropServices;

namespace Alice.ML.Transforms;

/// <summary>Counts and label sums of the values of one column, by fold. So a table without the rows of a fold does not
/// need a second pass over the data.</summary>
/// <param name="width">Number of numbers per label: one, or one per class.</param>
/// <param name="folds">Number of folds.</param>
internal sealed class TargetStatistics(int width, int folds)
{
    private readonly Dictionary<string, int> _places = [];

    // [value, fold] and [value, fold, number], in the order in which values appear.
    private readonly List<int> _counts = [];
    private readonly List<double> _sums = [];

    // Sum of squares of all label numbers, by fold.
    private readonly double[] _squares = new double[folds];

    /// <summary>Counts a row.</summary>
    /// <param name="value">The value of the column.</param>
    /// <param name="fold">The row's fold.</param>
    /// <param name="label">The numbers of the label. They should be near 0, because their squares are summed.</param>
    public void Add(ReadOnlySpan<char> value, int fold, ReadOnlySpan<double> label)
    {
        var lookup = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(value, out var place))
        {
            lookup[value] = place = _places.Count;
            CollectionsMarshal.SetCount(_counts, _counts.Count + folds);
            CollectionsMarshal.SetCount(_sums, _sums.Count + folds * width);
            CollectionsMarshal.AsSpan(_counts)[^folds..].Clear();
            CollectionsMarshal.AsSpan(_sums)[^(folds * width)..].Clear();
        }
        var cell = place * folds + fold;
        CollectionsMarshal.AsSpan(_counts)[cell]++;
        var sums = CollectionsMarshal.AsSpan(_sums).Slice(cell * width, width);
        for (var i = 0; i < width; i++)
        {
            sums[i] += label[i];
            _squares[fold] += label[i] * label[i];
        }
    }

    /// <summary>The encodings from all rows, or from all but those of one fold.</summary>
    /// <param name="smoothing">As for <see cref="TargetEncoder"/>.</param>
    /// <param name="without">The fold to leave out. Null: none.</param>
    public TargetEncodingTable Table(double? smoothing, int? without = null)
    {
        var (counts, sums) = Totals(without);
        var squares = _squares.Where((_, fold) => fold != without).Sum();
        var weight = smoothing ?? Smoothing(counts, sums, squares);
        double rows = counts.Sum(n => (double)n);
        var encodings = new float[counts.Length * (width + 1)];
        for (var c = 0; c < width; c++)
        {
            var mean = rows > 0 ? Enumerable.Range(0, counts.Length).Sum(place => sums[place * width + c]) / rows : 0;
            for (var place = 0; place < counts.Length; place++)
                if (counts[place] > 0)
                    encodings[place * (width + 1) + c] =
                        (float)((sums[place * width + c] - counts[place] * mean) / (counts[place] + weight));
        }
        // Scaled up to all folds, so that training rows and other rows have counts on the same scale.
        var share = without is null || folds == 1 ? 1.0 : folds / (folds - 1.0);
        for (var place = 0; place < counts.Length; place++)
            encodings[place * (width + 1) + width] = (float)Math.Log(1 + counts[place] * share);
        return new TargetEncodingTable(_places, width + 1, encodings);
    }

    private (int[] Counts, double[] Sums) Totals(int? without)
    {
        var counts = new int[_places.Count];
        var sums = new double[_places.Count * width];
        for (var place = 0; place < counts.Length; place++)
            for (var fold = 0; fold < folds; fold++)
            {
                if (fold == without)
                    continue;
                var cell = place * folds + fold;
                counts[place] += _counts[cell];
                for (var c = 0; c < width; c++)
                    sums[place * width + c] += _sums[cell * width + c];
            }
        return (counts, sums);
    }

    /// <summary>Number of rows that the overall mean counts as: the variance of labels within values over the variance
    /// between values, from the analysis of variance of a one-way random-effects model with unequal counts (Searle,
    /// Casella and McCulloch, Variance Components, 1992, section 3.6). Infinite if values do not differ by more than
    /// chance.</summary>
    private double Smoothing(int[] counts, double[] sums, double squares)
    {
        double rows = 0, squaredCounts = 0, values = 0, explained = 0;
        var totals = new double[width];
        for (var place = 0; place < counts.Length; place++)
        {
            double n = counts[place];
            if (n == 0)
                continue;
            rows += n;
            squaredCounts += n * n;
            values++;
            for (var c = 0; c < width; c++)
            {
                var sum = sums[place * width + c];
                totals[c] += sum;
                explained += sum * sum / n;
            }
        }
        if (values < 2 || rows <= values)
            return double.PositiveInfinity;
        var within = Math.Max(0, squares - explained) / (rows - values);
        var between = (explained - totals.Sum(total => total * total) / rows) / (values - 1);
        var variance = (between - within) / ((rows - squaredCounts / rows) / (values - 1));
        return variance > 0 ? within / variance : double.PositiveInfinity;
    }
}
