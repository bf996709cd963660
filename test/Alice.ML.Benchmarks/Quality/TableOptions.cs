using System.CommandLine;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Options that say which tables to read and how to split them.</summary>
internal sealed class TableOptions
{
    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        Description =
            "Folder of tables: NAME.csv, .txt or .tsv, with NAME.splits.csv where splits are given, or NAME-train "
                + "and NAME-test.",
        Required = true,
    };

    private readonly Option<string> _only = new("--only")
    {
        Description = "Names of the tables to use, separated by commas. Default: all.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _labels = new("--labels")
    {
        Description = "Columns to predict, where not the last: NAME=COLUMN or NAME=COLUMN:TASK, separated by commas; "
            + "COLUMN is a name or a number from 0, TASK regression, binary or multiclass. The same may stand in "
            + "labels.csv of the folder, as lines NAME,COLUMN,TASK.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<string> _texts = new("--text")
    {
        Description =
            "Columns of numbers that are codes of categories, to be one-hot encoded as texts are: NAME=COLUMN, "
                + "separated by commas.",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int> _splits = new("--splits")
    {
        Description = "Splits of each table, at most; seeds where the split is fixed. Default: 5.",
        DefaultValueFactory = _ => TableFolder.DefaultRuns,
    };

    public TableOptions(Command command)
    {
        _data.AcceptExistingOnly();
        AtLeastOne(_splits);
        foreach (var option in new Option[] { _data, _only, _labels, _texts, _splits, Seed })
            command.Options.Add(option);
    }

    public Option<int> Seed { get; } = new("--seed")
    {
        Description = "Seed of drawn splits, and of the first fit of each table; the next take the next. Default: 1.",
        DefaultValueFactory = _ => 1,
    };

    public IReadOnlyList<QualityTable> Read(ParseResult parsed) => TableFolder.Read(
        parsed.GetValue(_data)!.FullName, Names(parsed.GetValue(_only)!), parsed.GetValue(_labels)!,
        parsed.GetValue(_texts)!,
        parsed.GetValue(_splits), parsed.GetValue(Seed));

    public static string[] Names(string list) =>
        list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static void AtLeastOne(Option<int> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1)
            result.AddError($"{option.Name} {result.GetValueOrDefault<int>()}: give 1 or more.");
    });

    /// <summary>Does it; what the user can mend is shown as one line.</summary>
    /// <returns>The exit code.</returns>
    public static int Guarded(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (UserException error)
        {
            Console.Error.WriteLine($"error: {error.Message}");
            return 1;
        }
    }
}
