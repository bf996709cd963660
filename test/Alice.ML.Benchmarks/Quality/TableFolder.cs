using System.Globalization;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Benchmarks.Quality;

/// <summary>Files of one table.</summary>
/// <param name="Name">What the table is called.</param>
/// <param name="Data">All rows, or those that train where there is a file of test rows.</param>
/// <param name="Test">The test rows; null where the rows of Data are split.</param>
/// <param name="Splits">One line of zero-based test row numbers for each split; null where they are drawn.</param>
internal sealed record TableFiles(string Name, string Data, string? Test, string? Splits);

/// <summary>A column as the user gave it: its name, or its number from 0, or from the end −1, −2, …</summary>
internal sealed record ColumnChoice(string Column, string Option)
{
    /// <exception cref="UserException">There is no such column.</exception>
    public int In(Table table)
    {
        var byName = table.Names.ToList().IndexOf(Column);
        if (byName >= 0)
            return byName;
        if (int.TryParse(Column, CultureInfo.InvariantCulture, out var number))
        {
            var place = number < 0 ? table.Names.Count + number : number;
            if (place >= 0 && place < table.Names.Count)
                return place;
        }
        throw new UserException($"{Option}: {Path.GetFileName(table.Path)} has no column '{Column}'; "
            + $"give a number from 0 to {table.Names.Count - 1}, or one of {string.Join(", ", table.Names.Take(20))}");
    }
}

/// <summary>What the user said of a table's columns.</summary>
internal sealed record ColumnChoices
{
    /// <summary>What to predict; null: the last column.</summary>
    public ColumnChoice? Label { get; init; }

    /// <summary>What is learned; null: found out from the values.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>Numbers that are codes of categories.</summary>
    public IReadOnlyList<ColumnChoice> AsText { get; init; } = [];
}

/// <summary>Tables of a folder: NAME.csv, .txt or .tsv; with NAME.splits.csv its splits; NAME-train and NAME-test as
/// one table with a fixed split. Labels stand in the last column, unless labels.csv in the folder or --labels says
/// otherwise.
/// </summary>
internal static class TableFolder
{
    /// <summary>Runs a table where nothing else is said.</summary>
    public const int DefaultRuns = 5;

    private const string SplitsEnd = ".splits.csv";
    private const string LabelsFile = "labels.csv";
    private static readonly string[] Extensions = [".csv", ".txt", ".tsv"];

    /// <summary>The tables in order of their names.</summary>
    /// <exception cref="UserException">Two files claim one name, or there is no table.</exception>
    public static IReadOnlyList<TableFiles> Find(string folder)
    {
        var files = Directory.GetFiles(folder)
            .Where(file => Extensions.Contains(Path.GetExtension(file))
                && !file.EndsWith(SplitsEnd, StringComparison.Ordinal)
                && Path.GetFileName(file) != LabelsFile)
            .ToLookup(file => Path.GetFileNameWithoutExtension(file));
        var tables = new List<TableFiles>();
        foreach (var group in files.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            if (group.Count() > 1)
                throw new UserException(
                    $"--data: {string.Join(" and ", group.Select(Path.GetFileName))} are one name; rename one");
            var name = group.Key;
            if (name.EndsWith("-test", StringComparison.Ordinal) && files.Contains(name[..^5] + "-train"))
                continue;
            var test = name.EndsWith("-train", StringComparison.Ordinal) ? files[name[..^6] + "-test"].FirstOrDefault()
                : null;
            var splits = Path.Combine(folder, name + SplitsEnd);
            tables.Add(
                new(test is null ? name : name[..^6], group.Single(), test, File.Exists(splits) ? splits : null));
        }
        return tables.Count > 0 ? tables
            : throw new UserException(
            $"--data: {folder} holds no table; give a folder with {string.Join(", ", Extensions)} files");
    }

    /// <summary>What is said of columns, by table.</summary>
    /// <param name="folder">The folder, for labels.csv: lines NAME,COLUMN or NAME,COLUMN,TASK.</param>
    /// <param name="labels">NAME=COLUMN or NAME=COLUMN:TASK, separated by commas; they win over labels.csv.</param>
    /// <param name="texts">NAME=COLUMN, separated by commas.</param>
    /// <exception cref="UserException">An entry that says nothing.</exception>
    private static Dictionary<string, ColumnChoices> Columns(string folder, string labels, string texts)
    {
        var columns = new Dictionary<string, ColumnChoices>();
        var path = Path.Combine(folder, LabelsFile);
        if (File.Exists(path))
            foreach (var line in File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)))
                AddLabel(line.Split(','), LabelsFile, $"{LabelsFile}: '{line}'; write NAME,COLUMN or NAME,COLUMN,TASK");
        foreach (var (name, column, entry) in Entries(labels))
            AddLabel(column.LastIndexOf(':') is >= 0 and var colon ? [name, column[..colon], column[(colon + 1)..]]
                : [name, column],
                "--labels", $"--labels {entry}; write NAME=COLUMN or NAME=COLUMN:TASK");
        foreach (var (name, column, entry) in Entries(texts))
        {
            if (name == "" || column == "")
                throw new UserException($"--text {entry}; write NAME=COLUMN");
            var known = columns.GetValueOrDefault(name, new());
            columns[name] = known with { AsText = [.. known.AsText, new(column, "--text")] };
        }
        return columns;

        void AddLabel(string[] parts, string option, string remedy)
        {
            TaskKind task = default;
            if (parts.Length is < 2 or > 3 || parts.Any(string.IsNullOrWhiteSpace)
                || (parts.Length == 3 && !Enum.TryParse(parts[2].Trim(), ignoreCase: true, out task)))
                throw new UserException($"{remedy}, TASK one of regression, binary, multiclass");
            columns[parts[0].Trim()] =
                new() { Label = new(parts[1].Trim(), option), Task = parts.Length == 3 ? task : null };
        }

        static IEnumerable<(string Name, string Column, string Entry)> Entries(string list) =>
            TableOptions.Names(list).Select(entry =>
                entry.IndexOf('=') is >= 0 and var at ? (entry[..at], entry[(at + 1)..], entry) : (entry, "", entry));
    }

    /// <summary>Reads the tables of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="only">Names of the tables to read; empty: all.</param>
    /// <param name="labels">As --labels gives them.</param>
    /// <param name="texts">As --text gives them.</param>
    /// <param name="runs">Runs a table, at most.</param>
    /// <param name="seed">Seed of drawn splits.</param>
    /// <exception cref="UserException">A name or a file that cannot be used.</exception>
    public static IReadOnlyList<QualityTable> Read(
        string folder, IReadOnlyCollection<string> only, string labels, string texts, int runs, int seed)
    {
        var found = Find(folder);
        var names = found.Select(files => files.Name).ToList();
        var chosen = Columns(folder, labels, texts);
        foreach (var (option, name) in only.Select(name => ("--only", name))
            .Concat(chosen.Keys.Select(name => ("--labels or --text", name))))
            if (!names.Contains(name))
                throw new UserException(
                    $"{option} {name}: the folder has no such table; there are {string.Join(", ", names)}");
        return [.. found.Where(files => only.Count == 0 || only.Contains(files.Name))
            .Select(files => Read(files, chosen.GetValueOrDefault(files.Name, new()), runs, seed))];
    }

    // The reader is the sample program's, and so are the options that its messages name.
    private static QualityTable Read(TableFiles files, ColumnChoices columns, int runs, int seed)
    {
        try
        {
            return QualityTable.Read(files, columns, runs, seed);
        }
        catch (UserException error)
        {
            throw new UserException($"{files.Name}: {error.Message}. (Here --labels {files.Name}=COLUMN:TASK gives "
                + $"label and task, and --only leaves tables out.)");
        }
    }
}
