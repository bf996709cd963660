using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class DelimitedFileTests
{
    private static readonly FileFormat _detect = new();

    [TestMethod]
    [DataRow("a,b\n1,2\n3,4\n", "a|b", 2, ',', true, DisplayName = "comma with header")]
    [DataRow("1,2\n3,4\n", "column1|column2", 2, ',', false, DisplayName = "no header")]
    [DataRow("RI,Na,Type\n1.5,13,a\n1.6,14,b\n", "RI|Na|Type", 2, ',', true, DisplayName = "a name that is a mark")]
    [DataRow("a,NA\nb,2\nc,3\n", "column1|column2", 3, ',', false, DisplayName = "a gap in the first row")]
    [DataRow("a;b\n1,5;2\n3,5;4\n", "a|b", 2, ';', true, DisplayName = "semicolon, with commas inside fields")]
    [DataRow("a\tb c\n1\t2\n3\t4\n", "a|b c", 2, '\t', true, DisplayName = "tab")]
    [DataRow("a,b\r\n1,2\r\n3,4", "a|b", 2, ',', true, DisplayName = "Windows lines, no line break at the end")]
    [DataRow("// by hand\n//\t2 columns\n\n0\t1\n1\t2\n", "column1|column2", 2, '\t', false,
        DisplayName = "comments and a blank line")]
    [DataRow("# made in 2024\n#Label\tLength\n0\t5.1\n1\t4.9\n", "Label|Length", 2, '\t', true,
        DisplayName = "header line that starts with #")]
    [DataRow("# a remark\n0\t5.1\n1\t4.9\n", "column1|column2", 2, '\t', false,
        DisplayName = "# remark of another width")]
    [DataRow("# \"a\" is in euros\n1,2\n3,4\n", "column1|column2", 2, ',', false, DisplayName = "a remark with quotes")]
    [DataRow("#\"a\n1,2\n3,4\n", "column1|column2", 2, ',', false)]
    [DataRow("#\n1,2\n3,4\n", "column1|column2", 2, ',', false, DisplayName = "an empty remark")]
    [DataRow("#a,7\n1,2\n3,4\n", "column1|column2", 2, ',', false, DisplayName = "a number is no name")]
    [DataRow("#a\n1\n2\n", "column1", 2, ',', false, DisplayName = "a remark above one column")]
    [DataRow("a,b\n1,2\n#3,4\n", "a|b", 2, ',', true, DisplayName = "a row that begins with # is a row")]
    [DataRow("a,b\n1,2\n//3,4\n", "a|b", 2, ',', true, DisplayName = "so is one that begins with //")]
    [DataRow("#0,1,2\n#3,2,3\nn1,3,4\n", "column1|column2|column3", 3, ',', false,
        DisplayName = "even before all others")]
    [DataRow("# by hand, 2 columns\n#0,1,2\n#3,2,3\nn1,3,4\n", "column1|column2|column3", 3, ',', false,
        DisplayName = "a comment, then rows that begin with #")]
    [DataRow("a|b c\n1|2,5\n3|4,5\n", "a|b c", 2, '|', true, DisplayName = "bar")]
    [DataRow("1,5;2,5\n3,5;4,5\n", "column1|column2", 2, ';', false, DisplayName = "decimal commas without a header")]
    [DataRow("x;1,5;2,5\ny;3,5;4,5\n", "column1|column2|column3", 2, ';', false,
        DisplayName = "decimal commas and a text")]
    [DataRow("pear;1,50\nplum;2,30\n", "column1|column2", 2, ';', false, DisplayName = "text and a decimal comma")]
    [DataRow("sep=;\na;b\n1;2\n", "a|b", 1, ';', true, DisplayName = "the separator in the first line")]
    [DataRow("\"sep=\t\"\r\na,x\tb\r\n1\t2\r\n", "a,x|b", 1, '\t', true, DisplayName = "the same in quotes")]
    [DataRow("a,b,\n1,2,\n3,4,\n", "a|b", 2, ',', true, DisplayName = "a separator ends each line")]
    [DataRow("a,b,\n1,2,\n", "a|b", 1, ',', true)]
    [DataRow("1,x,\n2,y,\n", "column1|column2|column3", 2, ',', false, DisplayName = "so do rows without a header")]
    [DataRow(",\n,\n", "column1", 2, ',', false, DisplayName = "one column is left")]
    [DataRow("a,b,\n", "column1|column2|column3", 1, ',', false, DisplayName = "a line alone keeps its last field")]
    [DataRow("a,b\n1,2,\n3,4,\n", "a|b", 2, ',', true, DisplayName = "a separator ends each row")]
    [DataRow("a,b,\n1,2\n3,4\n", "a|b", 2, ',', true, DisplayName = "a separator ends the header")]
    [DataRow("a,a,a 2,b\n1,2,3,4\n", "a|a 3|a 2|b", 1, ',', true, DisplayName = "the same name twice")]
    [DataRow("a\tb\n\t\n1\t2\n", "a|b", 2, '\t', true, DisplayName = "a row of empty fields")]
    [DataRow("x\n1\n\n3\n\n", "x", 3, ',', true, DisplayName = "one column: a blank line between rows is one")]
    [DataRow("a,b\r1,2\r3,4\r", "a|b", 2, ',', true, DisplayName = "lines that end with CR")]
    [DataRow("when,n\n2025-01-01,x\n2025-01-02,x\n", "when|n", 2, ',', true, DisplayName = "dates and texts")]
    [DataRow("2025-01-01,x\n2025-01-02,y\n", "column1|column2", 2, ',', false, DisplayName = "a date is no name")]
    [DataRow("a;b\n$1.234,5;15 %\n€2;-\n", "a|b", 2, ';', true, DisplayName = "written numbers")]
    [DataRow("name,kind\nx,red\ny,red\n", "name|kind", 2, ',', true, DisplayName = "texts only: names do not recur")]
    [DataRow("x,red\ny,red\nx,blue\n", "column1|column2", 3, ',', false,
        DisplayName = "texts only: the first row recurs")]
    [DataRow("?,red,1\ny,red,2\n", "column1|column2|column3", 2, ',', false,
        DisplayName = "a missing value is no name")]
    [DataRow(",a\n1,2\n2,3\n", "column1|a", 2, ',', true, DisplayName = "nameless first column")]
    [DataRow("\"a, b\",\"say \"\"c\"\"\"\n1,2\n", "a, b|say \"c\"", 1, ',', true, DisplayName = "quoted names")]
    [DataRow("a , b\n 1, 2\n", "a|b", 1, ',', true, DisplayName = "white space around fields")]
    [DataRow("x\n1\n2\n", "x", 2, ',', true, DisplayName = "one column")]
    public void The_format_is_found(string text, string names, int rows, char separator, bool header)
    {
        var table = Read(text, _detect);
        Assert.AreEqual(names, string.Join('|', table.Names));
        Assert.HasCount(rows, table.Records);
        Assert.AreEqual(separator, table.Separator);
        Assert.AreEqual(header, table.HasHeader);
    }

    [TestMethod]
    public void What_is_said_wins_over_what_would_be_found()
    {
        Assert.AreEqual("column1|column2", Names(Read("a,b\n1,2\n", new FileFormat { Header = false })));
        Assert.AreEqual("2023|2024", Names(Read("2023,2024\n1,2\n", new FileFormat { Header = true })));
        Assert.AreEqual("a,b", Names(Read("a,b|c\n1,2|3\n", new FileFormat { Separator = '|' }))[..3]);
        Assert.AreEqual(',', Read("a;b\n1;2\n", new FileFormat { Decimal = ',' }).Format.Decimal);
        Assert.HasCount(3, Read("#a,b\n1,2\n3,4\n", new FileFormat { Comments = [], Header = false }).Records);
        Assert.HasCount(2, Read("% no\n1,2\n3,4\n", new FileFormat { Comments = ["%"] }).Records);
        Assert.AreEqual("1|2", Names(Read("# made in 2024\n1,2\n3,4\n", new FileFormat { Header = true })));
        Assert.AreEqual("a|b", Names(Read("#a,b\n1,2\n3,4\n", new FileFormat { Header = true })));
        StringAssert.EndsWith(Assert.ThrowsExactly<UserException>(
            () => Read("a,b\n", new FileFormat { Header = true })).Message,
            " holds a header and no rows; give --no-header if its only line is a row");
    }

    [TestMethod]
    public void Missing_marks_become_empty_fields()
    {
        var table = Read("a,b\n?,NA\nnan,\n1,None\n", _detect);
        var fields = table.Records.SelectMany(r => r.Fields).ToArray();
        CollectionAssert.AreEqual(new[] { "", "", "", "", "1", "None" }, fields);
        var own = Read("a,b\n?,None\n", new FileFormat { Missing = ["None"], Header = true });
        CollectionAssert.AreEqual(new[] { "?", "" }, own.Records[0].Fields);
        CollectionAssert.AreEqual(new[] { "1", "", "3" },
            Read("x\n1\n\n3\n\n", _detect).Records.Select(r => r.Fields.Single()).ToArray(), "a blank line, too");
    }

    [TestMethod]
    [DataRow(',', "comma")]
    [DataRow('\t', "tab")]
    [DataRow(';', "semicolon")]
    [DataRow(' ', "space")]
    [DataRow('|', "bar")]
    [DataRow('~', "'~'")]
    public void A_separator_has_a_name(char separator, string name) =>
        Assert.AreEqual(name, DelimitedFile.NameOf(separator));

    [TestMethod]
    public void What_is_left_out_is_counted()
    {
        CollectionAssert.AreEqual(new[] { "2 comment lines of t.csv left out (--comment none if these are rows)" },
            NotesOf("# one\n\n// two\na,b\n1,2\n", _detect));
        CollectionAssert.AreEqual(new[] { "1 comment line of t.csv left out (--comment none if these are rows)" },
            NotesOf("a,b\n1,2\n#3,4\n5,6\n", new FileFormat { Comments = ["#"] }));
        CollectionAssert.AreEqual(
            new[] { "1 blank line between the rows of t.csv left out" }, NotesOf("a,b\n1,2\n\n3,4\n\n", _detect));
        CollectionAssert.AreEqual(
            new[] { "2 blank lines between the rows of t.csv left out" }, NotesOf("a,b\n1,2\n\n3,4\n\n5,6\n", _detect));
        CollectionAssert.AreEqual(new[] { "t.csv names more than one column 'a': column 2 is called 'a 2' here" },
            NotesOf("a,a\n1,2\n", _detect));
        Assert.IsEmpty(NotesOf("#a,b\n1,2\n#3,4\n", _detect), "a # line that is the header, and a row");
    }

    [TestMethod]
    public void A_quoted_field_may_hold_separators_quotes_and_line_breaks()
    {
        var table = Read("id,text\n1,\"a, \"\"b\"\"\nc\"\n2,d\n", _detect);
        Assert.AreEqual("a, \"b\"\nc", table.Records[0].Fields[1]);
        Assert.AreEqual("d", table.Records[1].Fields[1]);
        Assert.AreEqual(4, table.Records[1].Line, "lines are counted as an editor counts them");
    }

    [TestMethod]
    public void Expected_names_tell_a_header_from_a_row()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("new.csv", "kind,colour\nx,red\nkind,red\n");
        Assert.IsFalse(DelimitedFile.Read(path, _detect).HasHeader);
        Assert.IsTrue(DelimitedFile.Read(path, _detect, ["size", "colour"]).HasHeader);
    }

    [TestMethod]
    [DataRow("iris.txt", 5, 150, '\t', true)]
    [DataRow("breast-cancer.txt", 10, 699, '\t', false)]
    [DataRow("optdigits-train.csv", 65, 3823, ',', false)]
    [DataRow("taxi-fare-train.csv", 7, 100_000, ',', true)]
    [DataRow("wine-quality-red.csv", 12, 1599, ',', true)]
    public void The_format_of_real_files_is_found(string file, int columns, int rows, char separator, bool header)
    {
        var table = DelimitedFile.Read(SharedData.Path(file), _detect);
        Assert.HasCount(columns, table.Names);
        Assert.HasCount(rows, table.Records);
        Assert.AreEqual(separator, table.Separator);
        Assert.AreEqual(header, table.HasHeader);
    }

    [TestMethod]
    [DataRow("", "holds no rows", DisplayName = "empty file")]
    [DataRow("# a\n# b\n", "holds no rows; every line starts with # or // (--comment none if these are rows)",
        DisplayName = "comments only")]
    [DataRow("a,b\n1,2\n3\n", ", line 3: 1 field, where the header has 2 (separator: comma); correct the line, put " +
        "text that holds a separator in double quotes, or give --separator", DisplayName = "short row")]
    [DataRow("a,b\n1,2,,3\n1,2\n", ", line 2: 4 fields, where the header has 2 (separator: comma); correct the line, "
        + "put text that holds a separator in double quotes, or give --separator",
            DisplayName = "an empty field within")]
    [DataRow("#a;b\n1;2\n3\n", ", line 3: 1 field, where the first row has 2 (separator: semicolon); correct the line, "
        + "put text that holds a separator in double quotes, or give --separator", DisplayName = "names in a # line")]
    [DataRow("1,2\n1,2\n\n3,4,5\n", ", line 4: 3 fields, where the first row has 2 (separator: comma); correct the " +
        "line, put text that holds a separator in double quotes, or give --separator",
        DisplayName = "long row without a header")]
    [DataRow("a,b\n1,2\n# the end\n", ", line 3: 1 field, where the header has 2 (separator: comma); correct the line, "
        + "put text that " +
        "holds a separator in double quotes, or give --separator, or --comment # if it is a comment",
            DisplayName = "a comment between rows")]
    [DataRow("a,b\n1,\"2\n3,4\n", ", line 2: a quoted field opens here and is never closed; " +
        "close it with a double quote",
        DisplayName = "quote never closed")]
    [DataRow("a,b\n\"1\"x,2\n", ", line 2: text follows a closing quote in field 1; put a separator there, or double " +
        "the quotes that belong to the field", DisplayName = "text after a quote")]
    [DataRow("PK\u0003\u0004\0\0binary", " is not a text file; give a comma, tab or semicolon separated one",
        DisplayName = "binary file")]
    public void A_file_that_is_no_table_is_refused(string text, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("bad.csv", text);
        var error = Assert.ThrowsExactly<UserException>(() => DelimitedFile.Read(path, _detect));
        StringAssert.StartsWith(error.Message, path);
        StringAssert.EndsWith(error.Message, message);
    }

    [TestMethod]
    [DataRow("size", 0)]
    [DataRow("3", 2, DisplayName = "a number counts from 1")]
    [DataRow("-1", 2, DisplayName = "a negative one from the end")]
    [DataRow("-3", 0)]
    [DataRow("2", 1, DisplayName = "a name wins over a number")]
    public void A_column_is_found_by_name_or_number(string column, int index) =>
        Assert.AreEqual(index,
            Read("size,2,price\n1,5,3\n", new FileFormat { Header = true }).Column(column, "--label"));

    [TestMethod]
    [DataRow("cost", "--label cost: t.csv has no such column. Its columns are size, 2, price")]
    [DataRow("0", "--label 0: t.csv has columns 1 to 3, or -1 (the last) to -3: size, 2, price")]
    [DataRow("4", "--label 4: t.csv has columns 1 to 3, or -1 (the last) to -3: size, 2, price")]
    [DataRow("-2147483648", "--label -2147483648: t.csv has columns 1 to 3, or -1 (the last) to -3: size, 2, price")]
    public void A_column_that_is_not_there_gets_a_list_of_those_that_are(string column, string message)
    {
        var table = Read("size,2,price\n1,5,3\n", new FileFormat { Header = true }) with { Path = "t.csv" };
        Assert.AreEqual(message, Assert.ThrowsExactly<UserException>(() => table.Column(column, "--label")).Message);
    }

    private static List<string> NotesOf(string text, FileFormat format)
    {
        var notes = new List<string>();
        using var folder = new TemporaryFolder();
        var path = folder.Write("t.csv", text);
        _ = DelimitedFile.Read(path, format, null, note => notes.Add(note.Replace(path, "t.csv")));
        return notes;
    }

    private static string Names(Table table) => string.Join('|', table.Names);

    private static Table Read(string text, FileFormat format)
    {
        using var folder = new TemporaryFolder();
        return DelimitedFile.Read(folder.Write("table.csv", text), format);
    }
}
