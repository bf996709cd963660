using Alice.ML.Tool.Data;

namespace Alice.ML.Tests.Tool;

/// <summary>Columns of numbers: their decimal mark, and what stands for no number.</summary>
[TestClass]
public sealed class NumberColumnTests
{
    [TestMethod]
    [DataRow("1|2|3", ".", 3, 0, 0, -1)]
    [DataRow("1||-|2,5", ",", 2, 2, 0, -1)]
    [DataRow("x|1|y|2", ".", 2, 0, 2, 0)]
    [DataRow("1|x|y", ".", 1, 0, 2, 1)]
    [DataRow("|-|N.D.", ".", 0, 3, 0, -1)]
    [DataRow("1.5|2,5|3,5", ",", 2, 0, 1, 0, DisplayName = "the mark that most fields require")]
    [DataRow("1.5|2.5|3,5", ".", 2, 0, 1, 2)]
    public void The_fields_of_a_column_are_counted(
        string fields, string mark, int numbers, int missing, int texts, int firstText)
    {
        var found = Examine(Column(fields.Split('|')));
        Assert.AreEqual((mark[0], numbers, missing, texts, firstText),
            (found.Mark, found.Numbers, found.Missing, found.Texts, found.FirstText));
    }

    [TestMethod]
    [DataRow(19, 1, 0, true)]
    [DataRow(18, 1, 0, false)]
    [DataRow(19, 1, 100, true, DisplayName = "missing values do not count")]
    [DataRow(0, 0, 3, false)]
    [DataRow(1, 0, 0, true)]
    public void A_column_of_at_least_95_percent_numbers_is_numeric(int numbers, int texts, int missing, bool expected)
    {
        var fields = Enumerable.Range(0, numbers).Select(i => $"{i}").Concat(Enumerable.Repeat("x", texts))
            .Concat(Enumerable.Repeat("", missing));
        Assert.AreEqual(expected, Examine(Column([.. fields])).IsNumber);
    }

    [TestMethod]
    [DataRow(21, 10, "k. A.", true)]
    [DataRow(20, 10, "k. A.", false, DisplayName = "too few different numbers")]
    [DataRow(21, 21, "k. A.", false, DisplayName = "as many texts as numbers")]
    [DataRow(21, 10, "o. A.", false, DisplayName = "two texts")]
    public void One_text_among_many_different_numbers_means_missing(int numbers, int texts, string last, bool expected)
    {
        var fields = Enumerable.Range(0, numbers).Select(i => $"{i}").Concat(Enumerable.Repeat("k. A.", texts - 1))
            .Append(last).Append("").Append("-");
        var table = Column([.. fields]);
        var found = Examine(table);
        Assert.AreEqual((numbers, expected ? texts + 2 : 2, expected ? 0 : texts),
            (found.Numbers, found.Missing, found.Texts));
        Assert.AreEqual(expected, Notes(table, found).Contains("it: 'k. A.' stands for a missing number"));
    }

    [TestMethod]
    public void Every_mark_for_no_value_is_a_gap()
    {
        foreach (var mark in ("- -- --- – — . .. ... none nil n.d. nd missing unknown (blank) #DIV/0! #VALUE! #REF! "
            + "#NUM! #NAME? inf -inf +inf infinity -infinity ∞ -∞ -nan -nan(ind) nan(ind)").Split(' '))
            Assert.IsTrue(NumberColumn.IsGap(mark) && NumberColumn.IsGap(mark.ToUpperInvariant()), mark);
        Assert.IsTrue(NumberColumn.IsGap(""));
        Assert.IsFalse(NumberColumn.IsGap("0"));
        foreach (var mark in "? NA N/A n.a. #N/A <NA> NaN null \\N".Split(' '))
            Assert.IsTrue(FormatDetection.IsMissing(mark.ToLowerInvariant(), new()), mark);
        Assert.IsTrue(FormatDetection.IsMissing("", new FileFormat { Missing = [] }));
        Assert.IsFalse(FormatDetection.IsMissing("?", new FileFormat { Missing = [] }));
    }

    [TestMethod]
    [DataRow("1|2", "")]
    [DataRow("1||2", "", DisplayName = "an empty field needs no word")]
    [DataRow("1||-|none|2", "it: '-' stands for a missing number")]
    [DataRow("1|x", "it: 1 of 2 values is no number, such as 'x' in line 3: taken as missing, or so")]
    [DataRow("1|x|y|", "it: 2 of 3 values are no numbers, such as 'x' in line 3: taken as missing, or so")]
    [DataRow("1,234|2,345",
        "it: '1,234' is read as 1234 (--decimal comma reads it otherwise)")]
    [DataRow("1.234|2.345", "", DisplayName = "a point is a decimal point")]
    [DataRow("1,234|1.5", "")]
    public void What_was_decided_about_a_column_is_told(string fields, string note)
    {
        var table = Column(fields.Split('|'));
        Assert.AreEqual(note, string.Join('\n', Notes(table, Examine(table))));
    }

    [TestMethod]
    [DataRow("1,234", "", ",", null, ".", "1234 (--decimal comma")]
    [DataRow("1,234", "", ";", null, ",", "1.234 (--decimal point")]
    [DataRow("1.234", "", ";", null, ".", "")]
    [DataRow("1,234", "2.5", ";", null, ".", "", DisplayName = "the rest of the file has points")]
    [DataRow("1,234", "2,5", ",", null, ",", "", DisplayName = "the rest of the file has commas")]
    [DataRow("1,234", "", ",", ",", ",", "", DisplayName = "given")]
    [DataRow("7", "2,5", ",", null, ",", "")]
    [DataRow("7", "", ";", null, ".", "")]
    public void The_decimal_mark_is_given_or_found(
        string field, string other, string separator, string? given, string mark, string note)
    {
        var table = new Table("t.csv", ["n", "x"], true, separator[0], [new Record(2, [field, other])])
        {
            Format = new FileFormat { Decimal = given?[0] },
        };
        var found = Examine(table);
        Assert.AreEqual(mark[0], found.Mark);
        Assert.AreEqual(note == "" ? "" : $"it: '{field}' is read as {note} reads it otherwise)",
            string.Join('\n', Notes(table, found)));
    }

    [TestMethod]
    [DataRow("1.5 2.5 3,5", ".")]
    [DataRow("1.5 2,5 3,5", ",")]
    [DataRow("1.5 2,5", "", DisplayName = "as many of each")]
    [DataRow("1,234 7 x", "")]
    public void The_usual_decimal_mark_of_a_file_is_that_of_most_fields(string fields, string mark)
    {
        var table = Column(fields.Split(' '));
        Assert.AreEqual(mark, $"{table.UsualDecimalMark}");
        Assert.AreEqual(mark, $"{table.UsualDecimalMark}");
        var longer = Column([.. fields.Split(' '), .. Enumerable.Repeat("7", 1000), "1,5", "1,5", "1,5"]);
        Assert.AreEqual(mark, $"{longer.UsualDecimalMark}", "the first 1000 rows tell");
    }

    private static Table Column(params string[] fields) =>
        new("t.csv", ["n"], true, ',', [.. fields.Select((field, i) => new Record(i + 2, [field]))]);

    private static NumberColumn Examine(Table table) => NumberColumn.Examine(table, table.AllRows, 0);

    private static List<string> Notes(Table table, NumberColumn found)
    {
        var notes = new List<string>();
        found.Describe(table, 0, "it", ", or so", notes.Add);
        return notes;
    }
}
