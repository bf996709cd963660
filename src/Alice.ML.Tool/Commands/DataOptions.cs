using System.CommandLine;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tool.Commands;

/// <summary>The options that say what is learned from which columns and rows.</summary>
internal sealed class DataOptions
{
    /// <summary>The share of the rows that test when nothing else says which.</summary>
    public const double TestShare = 0.2;

    private readonly Argument<string> _data = new("data")
    {
        Description = "The training file: delimited text, one row per line. Under mpirun, %r is the number of the rank",
    };

    private readonly Option<string> _label = new("--label")
    {
        Description = "The column to predict: its name, or its number (1 is the first, -1 the last)",
        HelpName = "column",
        Required = true,
    };

    private readonly Option<TaskKind?> _task = new("--task")
    {
        Description = "What to learn (default: decided by the label, see above)",
    };

    private readonly Option<string> _positive = new("--positive")
    {
        Description =
            "The positive one of two classes (default: the larger number, or the later text in the alphabet)",
        HelpName = "value",
    };

    private readonly Option<string> _test = new("--test")
    {
        Description = "A file of test rows (default: a random fifth of the rows)",
        HelpName = "file",
    };

    private readonly Option<string> _split = new("--split")
    {
        Description = "A file of folds: each line has the numbers of the test rows of one fold, from 0, separated by " +
            "commas",
        HelpName = "file",
    };

    private readonly Option<int> _fold = new("--fold")
    {
        Description = "The fold of the split file to test on, from 0",
        HelpName = "number",
    };

    private readonly Option<int?> _folds = new("--folds")
    {
        Description = "Cross-validate: train this many models, test each on its part of the rows, and print the mean " +
            "metrics",
        HelpName = "count",
    };

    private readonly Option<string> _validation = new("--validation")
    {
        Description = "A file of validation rows, measured after every epoch; the model is that of the best epoch",
        HelpName = "file",
    };

    private readonly Option<string[]> _text = new("--text")
    {
        Description = "A column to treat as categories, even if it holds numbers; may be repeated",
        HelpName = "column",
    };

    private readonly Option<string[]> _number = new("--number")
    {
        Description =
            "A column to treat as numbers, even if it looks like identifiers, dates or texts; may be repeated",
        HelpName = "column",
    };

    private readonly Option<string[]> _ignore = new("--ignore")
    {
        Description = "A column to leave out; may be repeated",
        HelpName = "column",
    };

    private readonly Option<string> _dates = new("--dates")
    {
        Description = "Order of dates such as 3/4/2025: dmy or mdy (default: detected for each column)",
        HelpName = "order",
    };

    private readonly FileFormatOptions _format;

    public DataOptions(Command command)
    {
        command.Arguments.Add(_data);
        foreach (var option in new Option[]
            { _label, _task, _positive, _test, _split, _fold, _folds, _validation, _text, _number, _ignore, _dates })
            command.Options.Add(option);
        _format = new FileFormatOptions(command);
        _dates.AcceptOnlyFromAmong("dmy", "mdy");
        Validate.AtLeast(_fold, 0);
        Validate.AtLeast(_folds, 2);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_test) is not null && result.GetValue(_split) is not null)
                result.AddError("--test and --split cannot be combined: both choose the test rows");
            if (result.GetResult(_fold) is { Implicit: false } && result.GetValue(_split) is null)
                result.AddError("--fold needs --split, the file of folds");
            if (result.GetValue(_folds) is not null && (result.GetValue(_test) ?? result.GetValue(_split)) is not null)
                result.AddError("--folds cannot be combined with --test or --split: every row is tested once");
        });
    }

    /// <summary>The training file.</summary>
    public Argument<string> File => _data;

    /// <summary>How many models to cross-validate; null: train one.</summary>
    public Option<int?> Folds => _folds;

    /// <summary>The file that validates.</summary>
    public Option<string> Validation => _validation;

    /// <summary>Every file that is read; null where an option is not given.</summary>
    public IEnumerable<string?> Inputs(ParseResult parsed) =>
        [
            Ranks.PathOf(parsed.GetRequiredValue(_data)), parsed.GetValue(_test), parsed.GetValue(_split),
            parsed.GetValue(_validation),
        ];

    /// <summary>Reads the training file.</summary>
    public LabelledTable Read(ParseResult parsed, Action<string> note)
    {
        var labelName = parsed.GetRequiredValue(_label);
        // A number may be a column's place, and may stand in a row.
        var table = DelimitedFile.Read(Ranks.PathOf(parsed.GetRequiredValue(_data)), Format(parsed),
            expectedNames: NumberText.IsNumber(labelName) ? null : [labelName], note);
        var label = table.Column(labelName, "--label");
        return new LabelledTable(table, label, parsed.GetValue(_task))
        {
            Positive = parsed.GetValue(_positive),
            AsText = Columns(parsed, _text, table),
            AsNumber = Columns(parsed, _number, table),
            Ignored = Columns(parsed, _ignore, table),
        };
    }

    /// <summary>
    /// What the labels mean, which rows of the training file train, and which rows of which file test: by default a
    /// random share of those that have a label, class by class.
    /// </summary>
    public (Target Target, Table TestTable, RowSplit Split) TestRows(
        ParseResult parsed, LabelledTable data, int seed, Action<string> note)
    {
        var table = data.Table;
        if (parsed.GetValue(_test) is { } path)
        {
            var test = ReadLike(parsed, path, table, note);
            return (data.InferTarget(table.AllRows, note), test, new RowSplit(table.AllRows, test.AllRows));
        }
        if (parsed.GetValue(_split) is { } folds)
        {
            var split = RowSplit.FromFile(folds, parsed.GetValue(_fold), table.Records.Count);
            return (data.InferTarget(split.Train, note), table, split);
        }
        var target = data.InferTarget(table.AllRows, note);
        var rows = data.Labelled(table.AllRows, target, note);
        return (target, table, RowSplit.Random(rows, data.Classes(rows, target), TestShare, seed));
    }

    /// <summary>The validation file; null where none is named.</summary>
    public Table? ReadValidation(ParseResult parsed, Table table, Action<string> note) =>
        parsed.GetValue(_validation) is { } path ? ReadLike(parsed, path, table, note) : null;

    private Table ReadLike(ParseResult parsed, string path, Table table, Action<string> note) =>
        DelimitedFile.Read(Ranks.PathOf(path), Format(parsed), table.HasHeader ? [.. table.Names] : null, note);

    private FileFormat Format(ParseResult parsed) => _format.Read(parsed) with
    {
        DayFirst = parsed.GetValue(_dates) is { } order ? order == "dmy" : null,
    };

    private static HashSet<int> Columns(ParseResult parsed, Option<string[]> option, Table table) =>
        [.. (parsed.GetValue(option) ?? []).Select(column => table.Column(column, option.Name))];
}
