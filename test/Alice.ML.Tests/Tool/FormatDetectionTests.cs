using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Tool;

/// <summary>Rows and fields of a text, and what its first rows tell of separator and header.</summary>
[TestClass]
public sealed class FormatDetectionTests
{
    private static readonly FileFormat _detect = new();

    [TestMethod]
    [DataRow("a,b\n", ',', "1:a|b")]
    [DataRow(" a ,\tb \n", ',', "1:a|b", DisplayName = "white space around fields")]
    [DataRow("a,,\n,\n", ',', "1:a|| 2:|")]
    [DataRow("a\n\nb\n", ',', "1:a 3:b", DisplayName = "blank lines are skipped and counted")]
    [DataRow("\n \na\n", ',', "3:a")]
    [DataRow("a\tb\n\t\n", '\t', "1:a|b 2:|", DisplayName = "a row of empty fields")]
    [DataRow("a b\n  \nc  d\n", ' ', "1:a|b 3:c||d", DisplayName = "separated by spaces")]
    [DataRow("#x\na\n  #y\nb#\n", ',', "2:a 4:b#", DisplayName = "comments")]
    [DataRow("\"a\",\"b\"\n", ',', "1:a|b")]
    [DataRow("  \"a\"  , \"b\"", ',', "1:a|b")]
    [DataRow("a,\t\"b,c\"\t,d", ',', "1:a|b,c|d", DisplayName = "white space around quotes")]
    [DataRow("\"a\" \"b c\"", ' ', "1:a|b c")]
    [DataRow("\"a\" \t\"b\"", '\t', "1:a|b")]
    [DataRow("\"a\"  b", ' ', "1:a||b")]
    [DataRow("\" a \",b", ',', "1: a |b", DisplayName = "white space in quotes stays")]
    [DataRow("a, b ,\"c\"", ',', "1:a|b|c")]
    [DataRow("\"a,b\",c", ',', "1:a,b|c")]
    [DataRow("\"a\"\"b\",\"\"\"\"", ',', "1:a\"b|\"")]
    [DataRow("\"\",\"\"", ',', "1:|")]
    [DataRow("a,\"\"", ',', "1:a|")]
    [DataRow("\"a\",", ',', "1:a|", DisplayName = "an empty field ends the line")]
    [DataRow("\"a\",,b", ',', "1:a||b")]
    [DataRow(",\"a\"", ',', "1:|a")]
    [DataRow("5\" disk,b", ',', "1:5\" disk|b", DisplayName = "a quote within a field is text")]
    [DataRow("\"a\nb\",c\nd,e", ',', "1:a~b|c 3:d|e", DisplayName = "a line break in quotes")]
    [DataRow("\"\n\",\"c\n\nd\"\ne,f", ',', "1:~|c~~d 5:e|f")]
    public void A_text_is_rows_and_fields(string text, char separator, string expected)
    {
        var rows = new RecordReader("t.csv", new StringReader(text), separator, ["#"]).Read();
        Assert.AreEqual(expected,
            string.Join(' ', rows.Select(r => $"{r.Line}:{string.Join('|', r.Fields)}")).Replace('\n', '~'));
    }

    [TestMethod]
    public void Comments_and_blank_lines_between_rows_are_counted_after_those_that_are_skipped()
    {
        var reader = new RecordReader(
            "t.csv", new StringReader("#1\n\na\n\n \n#2\n// 3\nb\n#4\n\n"), ',', ["#", "//"], skip: 2);
        Assert.AreEqual("3:a 8:b", string.Join(' ', reader.Read().Select(r => $"{r.Line}:{r.Fields[0]}")));
        Assert.AreEqual(3, reader.CommentLines);
        CollectionAssert.AreEqual(new[] { 4, 5 }, reader.BlankLines.ToArray());
        Assert.IsEmpty(new RecordReader("t.csv", new StringReader("a\nb\n"), ',', [], skip: 9).Read());
    }

    [TestMethod]
    public void Equal_texts_share_memory()
    {
        var rows = new RecordReader("t.csv", new StringReader("red,\"red\"\nred,b\n"), ',', []).Read().ToArray();
        Assert.AreSame(rows[0].Fields[0], rows[0].Fields[1]);
        Assert.AreSame(rows[0].Fields[0], rows[1].Fields[0]);
    }

    [TestMethod]
    [DataRow("a,b\n1,\"2\n3\"x,4\n", "t.csv, line 3: text follows a closing quote in field 2; put a separator there, "
        + "or double the quotes that belong to the field")]
    [DataRow("a,b\n\n1,\"2\n3,4\n", "t.csv, line 3: a quoted field opens here and is never closed; close it with a "
        + "double quote")]
    public void A_quote_that_is_wrong_is_named(string text, string message) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<UserException>(
            () => new RecordReader("t.csv", new StringReader(text), ',', []).Read().ToArray()).Message);

    [TestMethod]
    [DataRow("a,b|1,2", ',')]
    [DataRow("a;b|1;2", ';')]
    [DataRow("a\tb|1\t2", '\t')]
    [DataRow("a|1|2", ',', DisplayName = "a comma if nothing separates")]
    [DataRow("a;b,c|1;2,5|3;4", ';', DisplayName = "one that splits every row alike wins")]
    [DataRow("1,5;2,5|3,5;4,5", ';', DisplayName = "then one that leaves numbers only")]
    [DataRow("x,y;z,w|x,y;z,w", ',', DisplayName = "then one with most fields")]
    [DataRow("a;b,c|1;2,5|3;4,5", ';', DisplayName = "then one with most numbers")]
    [DataRow("x;1,5|y;2,5", ';', DisplayName = "then another than the comma, which may be a decimal mark")]
    [DataRow("x\t1,5|y\t2,5", '\t')]
    [DataRow("1,5;|2,5;3", ';', DisplayName = "nothing counts as a number")]
    [DataRow("a;b|c;d|e,f|g;h", ';', DisplayName = "else one that splits most rows alike")]
    [DataRow("a,b,c|d;e|f,g,h", ',')]
    [DataRow("a;b|c", ';', DisplayName = "of as many rows the wider")]
    [DataRow("\"a;b\",c|\"1;2\",3", ',', DisplayName = "inside quotes nothing separates")]
    [DataRow("\"\"\"a\"\", b; c\",1|\"\"\"a\"\", b, b; c\",2|\"\"\"d\"\"; e\",3", ',',
        DisplayName = "nor after doubled quotes")]
    public void The_separator_splits_rows_alike(string rows, char separator) =>
        Assert.AreEqual(separator, FormatDetection.Separator(rows.Split('|')));

    [TestMethod]
    [DataRow("a|b;1|2", true)]
    [DataRow("1|b;1|2", false, DisplayName = "a number")]
    [DataRow("a|b;x|y", true, DisplayName = "texts above texts")]
    [DataRow("a|b;x|b", false, DisplayName = "a text that recurs in its column")]
    [DataRow("a|b;b|a", true, DisplayName = "in another column")]
    [DataRow("a|b", false, DisplayName = "a row alone")]
    [DataRow("a|b;x", false, DisplayName = "rows of another width tell nothing")]
    [DataRow("a|b;x;b|y", true)]
    [DataRow("|;1|2", false, DisplayName = "a row of nothing")]
    [DataRow("|b;1|2", true)]
    [DataRow("|b;x|y", true)]
    [DataRow("a|NA;x|1", false, DisplayName = "a missing value above numbers only")]
    [DataRow("a|NA;1|2", true, DisplayName = "a name such as Na beside another name above numbers")]
    [DataRow("a|NA;x|y", false)]
    [DataRow("a|b;x|?;y|", true, DisplayName = "missing values below tell nothing")]
    [DataRow("a|b;x|?;y|7", true)]
    [DataRow("a|b;a|7;a|7", true, DisplayName = "numbers below tell more than a text that recurs")]
    [DataRow("2025-01-01|b;2025-01-02|7", false, DisplayName = "a date above dates")]
    [DataRow("15/1/2025|b;16/1/2025|7", false)]
    [DataRow("1/15/2025|b;1/16/2025|7", false)]
    [DataRow("Jan 2025|b;x|7", true, DisplayName = "a date above others")]
    [DataRow("a|b;2025-01-02|7", true)]
    [DataRow("2025-01-01|b;x|7;2025-01-02|7", false)]
    public void The_first_row_is_a_header_or_not(string rows, bool expected)
    {
        string[][] split = [.. rows.Split(';').Select(r => r.Split('|'))];
        Assert.AreEqual(expected, FormatDetection.HasHeader(split, _detect, null));
        Assert.AreEqual(expected, FormatDetection.HasHeader(split, _detect, ["other"]));
        Assert.IsTrue(FormatDetection.HasHeader(split, _detect, ["other", split[0][0]]), "an expected name");
    }

    [TestMethod]
    [DataRow(19, 1, true)]
    [DataRow(18, 1, false)]
    public void A_name_stands_above_at_least_95_percent_numbers(int numbers, int texts, bool expected)
    {
        // 'a' recurs, so that only the numbers tell.
        string[][] rows = [["a", "b"], .. Enumerable.Repeat<string[]>(["a", "7"], numbers),
            .. Enumerable.Repeat<string[]>(["a", "x"], texts), ["a", ""], ["a", "-"], ["a", "none"]];
        Assert.AreEqual(expected, FormatDetection.HasHeader(rows, _detect, null));
    }

    [TestMethod]
    [DataRow("#1|2", "a|b;c|4", true)]
    [DataRow("1", "a;3", false, DisplayName = "one field")]
    [DataRow("1|2|3", "a|b;3|4", false, DisplayName = "another width")]
    [DataRow("1|2", "a|b;3|4;5;6", true, DisplayName = "the width of half of the rows")]
    [DataRow("1|2", "a|b;3|4;5;6;7", false)]
    [DataRow("#x|y", "a|b;3|4", false, DisplayName = "texts above numbers")]
    [DataRow("1|y", "a|b;3|4", false)]
    [DataRow("#x|2", "a|b;c|4", true)]
    [DataRow("#x|?", "a|b;c|4", true, DisplayName = "a missing value above numbers")]
    [DataRow("#x|", "a|b;c|4", true)]
    [DataRow("#x|y", "a|b;c|d", false, DisplayName = "no numbers")]
    [DataRow("#x|2", "c|4", true, DisplayName = "one row")]
    [DataRow("#x|2", "a|b;?|4", true)]
    public void A_line_that_looks_like_a_comment_is_a_row_where_it_is_like_the_rows(
        string line, string rows, bool expected) => Assert.AreEqual(expected,
            FormatDetection.IsRow(line.Split('|'), [.. rows.Split(';').Select(r => r.Split('|'))], _detect));

    [TestMethod]
    [DataRow("", "")]
    [DataRow("a", "a")]
    [DataRow(" a ,b,", "a|b|")]
    [DataRow(",", "|")]
    [DataRow("\"a,b\",c", "a,b|c")]
    [DataRow("a, \"b,c\"", "a|b,c")]
    [DataRow("5\",6\"", "5|6", DisplayName = "a quote within a field opens nothing")]
    [DataRow("\"a\"\"b,c\",d", "a\"\"b,c|d", DisplayName = "a doubled quote closes nothing")]
    public void A_line_is_split_roughly(string line, string fields) =>
        Assert.AreEqual(fields, string.Join('|', FormatDetection.Fields(line, ',')));

    [TestMethod]
    [DataRow("a,b\n1,2\n", "0 0 , 2 ")]
    [DataRow("\n\n# one\n// two\n\na,b\n1,2\n", "5 2 , 2 // two")]
    [DataRow("sep=|\na,b|c,d\n", "1 0 | 1 ")]
    [DataRow("\"SEP=;\"\n\n# one\na;b\n", "3 1 ; 1 # one")]
    [DataRow("sep=;x\na;b\n", "0 0 ; 2 ")]
    [DataRow("set=;\na;b\n", "0 0 ; 2 ")]
    [DataRow("a,b\nsep=;\nc,d\n", "0 0 , 3 ", DisplayName = "in the first line only")]
    [DataRow("# one\n#1,2\nx,4\n# two\ny,6\n", "1 1 , 3 # one", DisplayName = "rows that begin with #")]
    [DataRow("#1,2\nx,4\n", "0 0 , 1 ")]
    [DataRow("a\tb\n\t\n \n1\t2\n", "0 0 \t 3 ", DisplayName = "a row of empty fields, and a blank line")]
    [DataRow("\t\na\tb\n", "1 0 \t 1 ")]
    public void The_first_lines_tell_where_the_rows_begin(string text, string expected)
    {
        var lead = Lead(text, _detect);
        Assert.AreEqual(expected,
            $"{lead.Lines} {lead.CommentLines} {lead.Separator} {lead.SampledRows} {lead.LastComment}");
    }

    [TestMethod]
    public void What_is_said_of_the_first_lines_wins()
    {
        Assert.AreEqual('|', Lead("sep=;\na;b|c\n", new() { Separator = '|' }).Separator);
        Assert.AreEqual(1, Lead("#1,2\nx,4\n", new() { Comments = ["#"] }).CommentLines);
        Assert.AreEqual(2, Lead("3,4\n%1,2\n3,4\n", new() { Comments = ["%"] }).SampledRows);
        Assert.AreEqual(2, Lead("#1,x\n3,4\n", new() { Comments = [] }).SampledRows);
        Assert.AreEqual("t.csv holds no rows; every line starts with % (--comment none if these are rows)",
            Assert.ThrowsExactly<UserException>(() => Lead("%1\n\n%2\n", new() { Comments = ["%"] })).Message);
        Assert.AreEqual("t.csv holds no rows", Assert.ThrowsExactly<UserException>(() => Lead("\n", _detect)).Message);
    }

    [TestMethod]
    [DataRow(300, 1, 200, DisplayName = "200 rows")]
    [DataRow(7, 50_000, 5, DisplayName = "or 250 000 characters")]
    public void A_sample_of_the_rows_is_examined(int rows, int length, int sampled) =>
        Assert.AreEqual(sampled, Lead(string.Join('\n', Enumerable.Repeat(new string('7', length), rows)), _detect)
            .SampledRows);

    private static FileLead Lead(string text, FileFormat format)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("t.csv", text);
        try
        {
            return FileLead.Read(TextFile.Examine(path), format);
        }
        catch (UserException e)
        {
            throw new UserException(e.Message.Replace(path, "t.csv"));
        }
    }
}
