namespace Alice.ML.Samples.Data;

/// <summary>Which rows train and which test.</summary>
internal sealed record RowSplit(int[] Train, int[] Test)
{
    /// <summary>A seeded random share of the rows, at least one, tests; each part keeps the rows' order.</summary>
    /// <exception cref="UserException">There are fewer than two rows.</exception>
    public static RowSplit Random(int rowCount, double testShare, int seed)
    {
        if (rowCount < 2)
            throw new UserException($"{rowCount} row cannot be split into training and test rows; give --test");
        var shuffled = Enumerable.Range(0, rowCount).ToArray();
        new Random(seed).Shuffle(shuffled);
        var testCount = Math.Clamp((int)Math.Round(rowCount * testShare), 1, rowCount - 1);
        return new RowSplit([.. shuffled[testCount..].Order()], [.. shuffled[..testCount].Order()]);
    }

    /// <summary>
    /// K splits whose test rows are disjoint and together all rows: a seeded shuffle, dealt out class by class, so
    /// that each fold has every class in nearly its share.
    /// </summary>
    /// <param name="rows">The rows to split.</param>
    /// <param name="classes">Each row's class; null where there are none.</param>
    /// <param name="folds">K, at least 2.</param>
    /// <param name="seed">Decides the shuffle.</param>
    /// <exception cref="UserException">There are fewer rows than folds.</exception>
    public static RowSplit[] Folds(IReadOnlyList<int> rows, IReadOnlyList<float>? classes, int folds, int seed)
    {
        if (rows.Count < folds)
            throw new UserException($"--folds {folds}: there are {rows.Count} rows only; give a smaller number");
        var shuffled = Enumerable.Range(0, rows.Count).ToArray();
        new Random(seed).Shuffle(shuffled);
        // A stable sort: the shuffle decides within each class.
        var dealt = classes is null ? shuffled : [.. shuffled.OrderBy(i => classes[i])];
        return [.. Enumerable.Range(0, folds).Select(fold => new RowSplit(
            [.. dealt.Where((_, place) => place % folds != fold).Select(i => rows[i]).Order()],
            [.. dealt.Where((_, place) => place % folds == fold).Select(i => rows[i]).Order()]))];
    }

    /// <summary>
    /// The test rows that one line of a file of folds names: each line holds the zero-based numbers of one fold's test
    /// rows, separated by commas; the other rows train.
    /// </summary>
    /// <param name="path">The file of folds.</param>
    /// <param name="fold">Which line, from 0.</param>
    /// <param name="rowCount">How many rows the data has.</param>
    /// <exception cref="UserException">There is no such fold, or it names a row that is not there.</exception>
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
