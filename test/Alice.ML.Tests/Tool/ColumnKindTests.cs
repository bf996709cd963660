using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Tool;

/// <summary>Where one kind of column ends and the next begins.</summary>
[TestClass]
public sealed class ColumnKindTests
{
    private readonly List<string> _notes = [];

    [TestMethod]
    [DataRow("1|2|1", "Number", "")]
    [DataRow("1|1.0|1e0", "Ignored", "column 'c' has the same value everywhere: ignored")]
    [DataRow("1||1", "Number missing", "", DisplayName = "whether it is known may tell")]
    [DataRow("1|-|1", "Number missing", "column 'c': '-' stands for a missing number")]
    [DataRow("||", "Ignored", "column 'c' has no values: ignored")]
    [DataRow("a|a|a", "Ignored", "column 'c' has the same value everywhere: ignored")]
    [DataRow("a||a", "Text missing a", "")]
    [DataRow("b|a|b", "Text b a", "")]
    [DataRow("b|a|a|b|c", "Text a b c", "", DisplayName = "of as frequent ones the first by letter")]
    [DataRow("b|A|a", "Text A a b", "")]
    [DataRow("1|2|x|y", "Text 1 2 x y", "", DisplayName = "no more numbers than texts")]
    [DataRow("1|2|7|x|y", "Text 1 2 7 x y", "column 'c' holds numbers in 3 rows and text in 2, such as 'x' in line 5: "
        + "taken as text (--number 'c' takes the text as missing)")]
    [DataRow("2025-02-03|2025-02-04", "Date", "")]
    [DataRow("2025-02-03||2025-02-04", "Date missing", "")]
    [DataRow("2025-02-03|2025-02-03", "Ignored", "column 'c' has the same value everywhere: ignored")]
    [DataRow("20250131|20250201|20250202|20250203|20250204", "Date", "", DisplayName = "dates without separators")]
    [DataRow("20250131|20250201|20250202|20250203|20250203", "Number", "", DisplayName = "too few to be dates")]
    public void A_column_is_what_its_fields_are(string fields, string kind, string note)
    {
        Assert.AreEqual(kind, Kind(Infer(fields.Split('|'))));
        Assert.AreEqual(note, string.Join('\n', _notes));
    }

    [TestMethod]
    public void A_column_is_what_it_is_asked_to_be()
    {
        var table = Table(["id", "x", "when", "y"], "7|a|20250131|1", "8|b|20250201|2", "9|c|20250202|3");
        var asked = new SchemaInference(table, table.AllRows, _notes.Add)
        {
            AsText = new HashSet<int> { 2 },
            AsNumber = new HashSet<int> { 0, 2 },
            Ignored = new HashSet<int> { 1 },
        };
        Assert.AreEqual("Number|Ignored|Text 20250131 20250201 20250202|Label",
            string.Join('|', asked.Infer(3).Columns.Select(Kind)));
        Assert.IsEmpty(_notes);
        asked = new SchemaInference(table, table.AllRows, _notes.Add) { AsNumber = new HashSet<int> { 1 } };
        Assert.AreEqual("--number x: no field of that column in t.csv is a number",
            Assert.ThrowsExactly<UserException>(() => asked.Infer(3)).Message);
        Assert.AreEqual("t.csv: no column is left to predict x from", Assert.ThrowsExactly<UserException>(() =>
            new SchemaInference(table, table.AllRows, _ => { }) { Ignored = new HashSet<int> { 0, 2, 3 } }.Infer(1))
                .Message);
    }

    [TestMethod]
    [DataRow(30, 2, "Text")]
    [DataRow(31, 2, "many", DisplayName = "more than 30 are encoded by labels")]
    [DataRow(20, 1, "Text")]
    [DataRow(21, 1, "Ignored", DisplayName = "texts that do not recur name the rows")]
    public void Texts_are_categories_or_many_or_names(int count, int times, string kind)
    {
        var column = Infer([.. Enumerable.Range(0, count * times).Select(i => $"t{i % count:00}"), ""]);
        Assert.AreEqual(kind, column.HasManyValues ? "many" : $"{column.Kind}");
        Assert.AreEqual(kind != "Ignored", column.HasMissing);
        Assert.AreEqual(kind switch
        {
            "many" => "column 'c' has 31 different texts: each is encoded by the labels of its rows",
            "Ignored" => "column 'c' is text with 21 different values in 21 rows, like an identifier: ignored",
            _ => "",
        }, string.Join('\n', _notes));
        Assert.AreEqual(kind == "many", Infer([.. Enumerable.Range(0, count * times).Select(i => $"t{i % count}")])
            is { HasManyValues: true, HasMissing: false });
    }

    [TestMethod]
    [DataRow(1000, 31, "")]
    [DataRow(1001, 31, "column 'c' has 31 different texts, too many beside a label of 1001 classes: ignored")]
    [DataRow(1001, 30, "")]
    public void Many_texts_beside_very_many_classes_are_left_out(int classes, int texts, string note)
    {
        var target = new Target(TaskKind.Multiclass, [.. Enumerable.Range(0, classes).Select(i => $"{i}")]);
        var table = Table(["n", "c", "y"], [.. Enumerable.Range(0, 2 * texts).Select(i => $"{i % 7}|t{i % texts}|1")]);
        var schema = new SchemaInference(table, table.AllRows, _notes.Add) { Target = target }.Infer(2);
        Assert.AreEqual(note == "" ? ColumnKind.Text : ColumnKind.Ignored, schema.Columns[1].Kind);
        Assert.AreEqual(note, string.Join('\n', _notes.Where(n => n.Contains("classes"))));
        Assert.AreSame(target, schema.Target);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Free_text_is_read_word_by_word_unless_asked_otherwise(bool isMissing)
    {
        string[] fields = [.. Enumerable.Range(0, 120).Select(i => $"room {i % 60} was good or bad {i / 60}"),
            .. isMissing ? new[] { "" } : []];
        var column = Infer(fields);
        Assert.AreEqual((true, false, isMissing), (column.IsFreeText, column.HasManyValues, column.HasMissing));
        Assert.AreEqual("column 'c' is free text: its words are scored by a linear model (--text 'c' takes whole texts "
            + "as categories)", _notes.Single());
        _notes.Clear();
        Assert.IsFalse(Infer(fields, asText: true).IsFreeText);
        Assert.AreEqual("column 'c' is text with 120 different values in 120 rows, like an identifier: ignored",
            _notes.Single());
    }

    [TestMethod]
    [DataRow(100, 100, 40, "", true)]
    [DataRow(99, 99, 40, "", false, DisplayName = "fewer than a hundred texts")]
    [DataRow(100, 200, 40, "", true, DisplayName = "half of the rows have a text of their own")]
    [DataRow(100, 201, 40, "", false)]
    [DataRow(100, 100, 50, "", true, DisplayName = "half of the words are different")]
    [DataRow(100, 100, 51, "", false)]
    [DataRow(100, 100, 40, "x x", false, DisplayName = "a text has three words")]
    [DataRow(100, 100, 40, "x x x x", true)]
    public void Free_text_has_several_words_that_come_again(int texts, int rows, int words, string last, bool expected)
    {
        // Three words, one of which is new and comes again in upper case.
        string[] fields = [.. Enumerable.Range(0, texts).Select(i => $"w{i}, V{i % words}! (W{i})")];
        fields[^1] = last == "" ? fields[^1] : last;
        Assert.AreEqual(expected, FreeText.IsIn(fields, rows));
    }

    [TestMethod]
    [DataRow("a b c")]
    [DataRow("a\tb\r\nc")]
    [DataRow("a,b.c")]
    [DataRow("a;b:c")]
    [DataRow("a!b?c")]
    [DataRow("(a)b c")]
    [DataRow("\"a\"b/c")]
    public void Words_end_at_white_space_and_marks(string text) => Assert.IsTrue(FreeText.IsIn(
        [.. Enumerable.Range(0, 100).Select(i => text.Replace('c', (char)(0x4e00 + i)))], 100));

    [TestMethod]
    [DataRow("id|ID|Id|user_id|user id|user.ID|user-uid|userId|userID|guid|UUID|pk|#|No|nr.|idx|Index|row|rownames|obs|"
        + "observation|serial|S.No.|sno|Sr.No|srno|row_no|Record number|serial-num|row.id|rownr|serial id.", true)]
    [DataRow("paid|idaho|grid|ids|n|rows|time|userid2|indexed|c|1id|number|PAID|Unnamed", false)]
    public void A_name_says_that_numbers_name_the_rows(string names, bool expected)
    {
        foreach (var name in names.Split('|'))
        {
            Assert.AreEqual(expected, NamesRows(name, "7|9|8"), name);
            Assert.IsFalse(NamesRows(name, "7|9|7"), name);
            Assert.IsFalse(NamesRows(name, "7|9|8.5"), name);
        }
    }

    [TestMethod]
    [DataRow("column1", "7|8|9", true)]
    [DataRow("Unnamed: 0", "0|1|2", true)]
    [DataRow("column1", "7|9|8", false, DisplayName = "not in order")]
    [DataRow("column1", "9|8|7", false)]
    [DataRow("column2", "7|8|9", false, DisplayName = "a name of another column")]
    [DataRow("column0", "7|8|9", false)]
    [DataRow("id", "7", false, DisplayName = "one row")]
    [DataRow("id", "9|7", true)]
    [DataRow("id", "9|x", false)]
    public void A_column_without_a_name_that_counts_the_rows_names_them(string name, string fields, bool expected)
    {
        Assert.AreEqual(expected, NamesRows(name, fields));
        if (name.StartsWith("column", StringComparison.Ordinal))
            Assert.IsFalse(NamesRows(name, fields, hasHeader: false), "then all columns have such names");
    }

    private static bool NamesRows(string name, string fields, bool hasHeader = true)
    {
        var table = Table([name], fields.Split('|')) with { HasHeader = hasHeader };
        return Identifiers.AreIn(table, table.AllRows, 0);
    }

    private static string Kind(ColumnSchema column) => string.Join(' ', new[]
    {
        $"{column.Kind}", column.HasMissing ? "missing" : "", string.Join(' ', column.Categories),
    }.Where(part => part != ""));

    /// <summary>The column c of these fields, beside a number and the label.</summary>
    private ColumnSchema Infer(string[] fields, bool asText = false)
    {
        var table = Table(["n", "c", "y"], [.. fields.Select((field, i) => $"{i % 2}|{field}|1")]);
        return new SchemaInference(table, table.AllRows, _notes.Add)
        {
            AsText = asText ? new HashSet<int> { 1 } : [],
        }.Infer(2).Columns[1];
    }

    private static Table Table(string[] names, params string[] rows) => new("t.csv", names, true, ',',
        [.. rows.Select((row, i) => new Record(i + 2, row.Split('|')))]);
}
