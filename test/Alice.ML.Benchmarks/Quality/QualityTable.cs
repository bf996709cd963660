using Alice.ML.Tool.Data;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>A table to measure on: its rows, its label, and which rows train and test in each run.</summary>
internal sealed class QualityTable
{
    private readonly LabelledTable _train;
    private readonly Table _test;
    private readonly Target _target;

    private QualityTable(string name, LabelledTable train, Table test, Target target, IReadOnlyList<RowSplit> splits,
        string splitting)
    {
        (Name, _train, _test, _target) = (name, train, test, target);
        (Splits, Splitting) = (splits, splitting);
    }

    public string Name { get; }

    public TaskKind Task => _target.Task;

    /// <summary>Rows of all files of the table.</summary>
    public int Rows => _train.Table.Records.Count + (IsOneFile ? 0 : _test.Records.Count);

    /// <summary>Columns beside the label.</summary>
    public int Columns => _train.Table.Names.Count - 1;

    /// <summary>Training and test rows of each run; a fixed split stands there once for every seed.</summary>
    public IReadOnlyList<RowSplit> Splits { get; }

    /// <summary>Where the splits come from, for the report.</summary>
    public string Splitting { get; }

    private bool IsOneFile => ReferenceEquals(_test, _train.Table);

    /// <param name="files">The table's files.</param>
    /// <param name="columns">What the user said of its columns.</param>
    /// <param name="runs">Runs at most.</param>
    /// <param name="seed">Seed of the splits that no file gives.</param>
    /// <exception cref="Tool.Shell.UserException">A file cannot be read or learned from.</exception>
    public static QualityTable Read(TableFiles files, ColumnChoices columns, int runs, int seed)
    {
        void Note(string text) => Console.Error.WriteLine($"{files.Name}: {text}");

        var table = DelimitedFile.Read(files.Data, new FileFormat());
        var column = columns.Label?.In(table) ?? table.Names.Count - 1;
        var train = new LabelledTable(table, column, columns.Task)
        {
            AsText = columns.AsText.Select(text => text.In(table)).ToHashSet(),
            Ignored = new HashSet<int>(),
        };
        var target = train.InferTarget(table.AllRows, _ => { });
        var rows = train.Labelled(table.AllRows, target, Note);
        Note($"predicts '{table.Names[column]}', {target.Task.ToString().ToLowerInvariant()}");

        if (files.Test is not null)
        {
            var test = DelimitedFile.Read(files.Test, new FileFormat(), table.HasHeader ? [.. table.Names] : null);
            var split = new RowSplit(rows, LabelColumn.LabelledRows(test, test.AllRows, column, target, Note));
            return new(files.Name, train, test, target, [.. Enumerable.Repeat(split, runs)], "one, several seeds");
        }
        if (files.Splits is not null)
        {
            var labelled = rows.ToHashSet();
            var count = Math.Min(runs, File.ReadLines(files.Splits).Count(line => !string.IsNullOrWhiteSpace(line)));
            var splits = Enumerable.Range(0, count)
                .Select(fold => RowSplit.FromFile(files.Splits, fold, table.Records.Count))
                .Select(split => new RowSplit(
                    [.. split.Train.Where(labelled.Contains)], [.. split.Test.Where(labelled.Contains)]));
            return new(files.Name, train, table, target, [.. splits], "from its file");
        }
        var drawn = target.Task == TaskKind.Regression
            ? Enumerable.Range(0, TableFolder.DefaultRuns).Select(run => RandomSplit(rows, seed + run))
            : RowSplit.Folds(rows, target.Read(table, rows, column), TableFolder.DefaultRuns, seed);
        return new(files.Name, train, table, target, [.. drawn.Take(runs)],
            target.Task == TaskKind.Regression ? "80/20, drawn" : "stratified folds");
    }

    /// <summary>The rows of one run as features and labels; what the columns are used as is decided by the training
    /// rows.</summary>
    public SplitData Prepare(int run, bool quiet)
    {
        void Note(string text)
        {
            if (!quiet)
                Console.Error.WriteLine($"{Name}, run {run + 1}: {text}");
        }

        var split = Splits[run];
        var schema = _train.InferSchema(split.Train, _target, Note);
        var place = schema.Locate(_test, withLabel: true)[schema.Label.Name];
        return SplitData.Create(
            schema,
            TableView.Create(_train.Table, split.Train, schema, withLabel: true),
            _target.Read(_train.Table, split.Train, _train.Label),
            TableView.Create(_test, split.Test, schema, withLabel: true), _target.Read(_test, split.Test, place));
    }

    private static RowSplit RandomSplit(int[] rows, int seed)
    {
        var split = RowSplit.Random(rows.Length, 0.2, seed);
        return new([.. split.Train.Select(i => rows[i])], [.. split.Test.Select(i => rows[i])]);
    }
}
