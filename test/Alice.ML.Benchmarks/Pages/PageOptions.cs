using System.CommandLine;
using Alice.ML.Tool.Data;
using Alice.ML.Tool.Modelling;
using Alice.ML.Tool.Reporting;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Benchmarks.Pages;

/// <summary>Where the tables of a page are, and where the page is.</summary>
internal sealed class PageOptions
{
    private readonly Option<DirectoryInfo> _data = new("--data")
    {
        Description = "Folder with concrete.csv and energy.csv, their .splits.csv, optdigits-train.csv and "
            + "optdigits-test.csv.",
        Required = true,
    };

    private readonly Option<DirectoryInfo> _docs = new("--docs")
    {
        Description = "Folder of the page and its folder pictures. Default: docs of this repository.",
    };

    private readonly Func<string> _defaultDocs;

    public PageOptions(Command command, Func<string> defaultDocs)
    {
        _defaultDocs = defaultDocs;
        _data.AcceptExistingOnly();
        _docs.AcceptExistingOnly();
        command.Options.Add(_data);
        command.Options.Add(_docs);
    }

    public string Docs(ParseResult parsed) => parsed.GetValue(_docs)?.FullName ?? _defaultDocs();

    /// <summary>Reads a table: NAME-train.csv and NAME-test.csv, or NAME.csv and the first line of NAME.splits.csv. The
    /// label is the last column.</summary>
    public PreparedData Read(ParseResult parsed, string name)
    {
        string File(string end) => Path.Combine(parsed.GetRequiredValue(_data).FullName, name + end);

        var isSplit = System.IO.File.Exists(File("-train.csv"));
        var table = DelimitedFile.Read(File(isSplit ? "-train.csv" : ".csv"), new());
        var test = isSplit ? DelimitedFile.Read(File("-test.csv"), new()) : table;
        var rows = isSplit ? new RowSplit(table.AllRows, test.AllRows)
            : RowSplit.FromFile(File(".splits.csv"), 0, table.Records.Count);
        var data = new LabelledTable(table, table.Names.Count - 1, null)
        {
            AsText = new HashSet<int>(),
            Ignored = new HashSet<int>(),
        };
        return PreparedData.Of(data, data.InferTarget(rows.Train, Note), test, rows, Note);

        void Note(string text) => Console.Error.WriteLine($"{name}: {text}");
    }

    /// <summary>Writes a picture of the page.</summary>
    public void Draw(ParseResult parsed, string name, Chart chart)
    {
        if (!PictureStyle.HasFonts)
            throw new UserException(PictureStyle.NoFonts);
        using var file = File.Create(Path.Combine(Docs(parsed), "pictures", name + ".png"));
        chart.Save(file);
    }
}
