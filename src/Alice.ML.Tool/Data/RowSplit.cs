using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Data;

/// <summary>A split into training and test rows.</summary>
internal sealed record RowSplit(int[] Train, int[] Test)
{
    /// <summary>Holds out a random share of the rows, at least one. The order of the rows is kept.</summary>
    /// <exception cref="UserException">There are fewer than two rows.</exception>
    public static RowSplit Random(int rowCount, double testShare, int seed) =>
        Random([.. Enumerable.Range(0, rowCount)], null, testShare, seed);

    /// <summary>Holds out a random share of the rows, at least one, stratified by class. Every class with two rows or
    /// more has one in the test, if there are enough test rows. The order of the rows is kept.</summary>
    /// <param name="rows">The rows to split.</param>
    /// <param name="classes">The class of each row. Null for regression.</param>
    /// <param name="testShare">Share of test rows, between 0 and 1.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <exception cref="UserException">There are fewer than two rows.</exception>
    public static RowSplit Random(IReadOnlyList<int> rows, IReadOnlyList<float>? classes, double testShare, int seed)
    {
        if (rows.Count < 2)
            throw new UserException($"{rows.Count} row cannot be split into training and test rows; give --test");
        var shuffled = Enumerable.Range(0, rows.Count).ToArray();
        new Random(seed).Shuffle(shuffled);
        var testCount = Math.Clamp((int)Math.Round(rows.Count * testShare), 1, rows.Count - 1);
        var groups = shuffled.GroupBy(i => classes?[i] ?? 0).Select(g => g.ToArray()).ToArray();
        var test = groups.Zip(Shares([.. groups.Select(g => g.Length)], testCount), (group, count) => group[..count])
            .SelectMany(i => i).ToHashSet();
        return new RowSplit(
            [.. rows.Where((_, i) => !test.Contains(i)).Order()], [.. rows.Where((_, i) => test.Contains(i)).Order()]);
    }

    /// <summary>Number of test rows of each group. Shares are rounded down; the rows that remain go to the groups that
    /// lost most by rounding. Then each group of two or more that has none gets one from the group that has most. If
    /// there are several groups, none is taken whole.</summary>
    private static int[] Shares(int[] sizes, int total)
    {
        if (sizes.Length == 1)
            return [total];
        var ratio = (double)total / sizes.Sum();
        var counts = sizes.Select(size => (int)(size * ratio)).ToArray();
        foreach (var i in Enumerable.Range(0, sizes.Length).Where(i => counts[i] < sizes[i] - 1)
            .OrderByDescending(i => sizes[i] * ratio - counts[i]).Take(total - counts.Sum()).ToArray())
            counts[i]++;
        while (true)
        {
            var (poor, rich) = (-1, -1);
            for (var i = 0; i < sizes.Length; i++)
            {
                poor = poor < 0 && counts[i] == 0 && sizes[i] > 1 ? i : poor;
                rich = rich < 0 || counts[i] > counts[rich] ? i : rich;
            }
            if (poor < 0 || counts[rich] < 2)
                return counts;
            (counts[poor], counts[rich]) = (1, counts[rich] - 1);
        }
    }

    /// <summary>K splits for cross-validation, stratified by class. Every row is a test row once.</summary>
    /// <param name="rows">The rows to split.</param>
    /// <param name="classes">The class of each row. Null for regression.</param>
    /// <param name="folds">Number of folds, at least 2.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <exception cref="UserException">There are fewer rows than folds.</exception>
    public static RowSplit[] Folds(IReadOnlyList<int> rows, IReadOnlyList<float>? classes, int folds, int seed)
    {
        if (rows.Count < folds)
            throw new UserException($"--folds {folds}: there are {rows.Count} rows only; give a smaller number");
        var shuffled = Enumerable.Range(0, rows.Count).ToArray();
        new Random(seed).Shuffle(shuffled);
        // The sort is stable, so the shuffle determines the order within a class.
        var dealt = classes is null ? shuffled : [.. shuffled.OrderBy(i => classes[i])];
        return [.. Enumerable.Range(0, folds).Select(fold => new RowSplit(
            [.. dealt.Where((_, place) => place % folds != fold).Select(i => rows[i]).Order()],
            [.. dealt.Where((_, place) => place % folds == fold).Select(i => rows[i]).Order()]))];
    }

    /// <summary>Reads a split from one line of a file of folds: the numbers of the test rows, from 0, separated by
    /// commas. All other rows are training rows.</summary>
    /// <param name="path">The file of folds.</param>
    /// <param name="fold">Number of the line, from 0.</param>
    /// <param name="rowCount">Number of rows of the data.</param>
    /// <exception cref="UserException">There is no such line, or it names a row that does not exist.</exception>
    public static RowSplit FromFile(string path, int fold, int rowCount)
    {
        if (!File.Exists(path))
            throw new UserException($"{path} does not exist");
        var lines = File.ReadLines(path).Where(l => !string.IsNullOrWhiteSpace(l)).ToArray();
        if (fold >= lines.Length)
            throw new UserException($"--fold {fold}: {path} has {lines.Length} folds, numbered from 0");
        var test = new SortedSet<int>();
        foreach (var field in lines[fold].Split(','))
        {
            if (!int.TryParse(field, out var row) || row < 0 || row >= rowCount)
                throw new UserException($"{path}, fold {fold}: '{field.Trim()}' is not a row number from 0 to " +
                    $"{rowCount - 1}");
            test.Add(row);
        }
        if (test.Count == rowCount)
            throw new UserException($"{path}, fold {fold} names every row, so none is left to train on");
        return new RowSplit([.. Enumerable.Range(0, rowCount).Where(r => !test.Contains(r))], [.. test]);
    }
}
