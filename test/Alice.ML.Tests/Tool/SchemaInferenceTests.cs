using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class SchemaInferenceTests
{
    private readonly List<string> _notes = [];

    [TestMethod]
    public void Columns_are_numbers_or_texts_by_their_rows()
    {
        var schema = Infer(Table("n,t,y", "1,red,1", "?,blue,2", "3,red,3"));
        Assert.AreEqual("n:Number:True, t:Text:False, y:Label:False",
            string.Join(", ", schema.Columns.Select(c => $"{c.Name}:{c.Kind}:{c.HasMissing}")));
        CollectionAssert.AreEqual(new[] { "red", "blue" }, schema.Columns[1].Categories.ToArray());
        Assert.IsEmpty(_notes);
    }

    [TestMethod]
    public void Columns_that_tell_nothing_are_left_out_with_a_note()
    {
        var rows = Enumerable.Range(0, 300).Select(i => $"7,,id{i},{i},{i}").Prepend("same,none,id,n,y").ToArray();
        var schema = Infer(Table(rows));
        Assert.AreEqual("n", schema.Features.Single().Name);
        CollectionAssert.AreEqual(new[]
        {
            "column 'same' has the same value everywhere: ignored",
            "column 'none' has no values: ignored",
            "column 'id' is text with 300 different values in 300 rows, like an identifier: ignored",
        }, _notes);
    }

    [TestMethod]
    public void Few_texts_get_a_category_each_and_many_are_encoded_by_labels()
    {
        var few =
            Infer(Table(
                [.. Enumerable.Range(0, 30).SelectMany(i => Enumerable.Repeat($"t{i},{i}", i == 29 ? 5 : 3))
                    .Prepend("t,y")]));
        Assert.HasCount(30, few.Columns[0].Categories);
        Assert.AreEqual("t29", few.Columns[0].Categories[0], "the most frequent first");
        Assert.IsEmpty(_notes);

        var many = Infer(Table([.. Enumerable.Range(0, 300).Select(i => $"t{i % 200},{i}").Prepend("t,y")]));
        Assert.IsTrue(many.Columns[0].HasManyValues, "each value has a row or two");
        Assert.IsEmpty(many.Columns[0].Categories);
        CollectionAssert.AreEqual(
            new[] { "column 't' has 200 different texts: each is encoded by the labels of its rows" }, _notes);
    }

    [TestMethod]
    [DataRow(300, 286, true, DisplayName = "14 of 300 values twice")]
    [DataRow(300, 285, false, DisplayName = "15 of 300 values twice")]
    [DataRow(30, 30, true, DisplayName = "all different, few rows")]
    [DataRow(20, 20, false, DisplayName = "too few to tell")]
    public void Texts_that_hardly_repeat_are_identifiers(int rows, int values, bool isLeftOut)
    {
        var schema =
            Infer(Table(
                [.. Enumerable.Range(0, rows).Select(i => $"key{i % values},{i * i % 7},{i}").Prepend("t,n,y")]));
        Assert.AreEqual(isLeftOut ? ColumnKind.Ignored : ColumnKind.Text, schema.Columns[0].Kind);
        Assert.AreEqual(isLeftOut
            ? $"column 't' is text with {values} different values in {rows} rows, like an identifier: ignored" : null,
            _notes.FirstOrDefault(note => note.Contains("identifier")));
    }

    [TestMethod]
    public void A_stray_text_among_numbers_is_missing_with_a_note_that_names_its_line()
    {
        var schema =
            Infer(Table([.. Enumerable.Range(0, 50).Select(i => i == 20 ? "oops,1" : $"{i},{i}").Prepend("n,y")]));
        Assert.AreEqual((ColumnKind.Number, true), (schema.Columns[0].Kind, schema.Columns[0].HasMissing));
        Assert.AreEqual(
            "column 'n': 1 of 50 values is no number, such as 'oops' in line 22: taken as missing (--text 'n' takes "
            + "the " +
            "column as categories)", _notes.Single());
    }

    [TestMethod]
    public void Less_than_95_percent_numbers_are_text_with_a_note_unless_asked_otherwise()
    {
        var table =
            Table([.. Enumerable.Range(0, 50).Select(i => i % 10 == 0 ? $"t{i},1" : $"{i % 7},{i}").Prepend("n,y")]);
        Assert.AreEqual(ColumnKind.Text, Infer(table).Columns[0].Kind);
        Assert.AreEqual(
            "column 'n' holds numbers in 45 rows and text in 5, such as 't0' in line 2: taken as text (--number 'n' "
            + "takes " +
            "the text as missing)", _notes.Single());
        var asked = new SchemaInference(table, table.AllRows, _ => { }) { AsNumber = new HashSet<int> { 0 } }.Infer(1);
        Assert.AreEqual(ColumnKind.Number, asked.Columns[0].Kind);
    }

    [TestMethod]
    [DataRow("-", DisplayName = "a mark that is known")]
    [DataRow("keine Angabe", DisplayName = "one text among many numbers")]
    public void What_stands_for_a_missing_number_is_found_out(string mark)
    {
        var table =
            Table([.. Enumerable.Range(0, 60).Select(i => $"{(i % 3 == 0 ? mark : $"{i}")},{i}").Prepend("n,y")]);
        var schema = Infer(table);
        Assert.AreEqual($"column 'n': '{mark}' stands for a missing number", _notes.Single());
        var view = TableView.Create(table, [0, 1], schema, withLabel: true);
        CollectionAssert.AreEqual(new[] { float.NaN, 1f }, view.GetColumn<float>("n").ToArray());
    }

    [TestMethod]
    [DataRow("1,5 2,25", ",", "1.5 2.25", DisplayName = "decimal commas")]
    [DataRow("1,234.5 2", ".", "1234.5 2")]
    [DataRow("1.234,5 2.000", ",", "1234.5 2000")]
    [DataRow("1,234,567 2,000", ".", "1234567 2000")]
    [DataRow("0,123 1,234", ",", "0.123 1.234", DisplayName = "a leading 0 is no group")]
    [DataRow("$1,234.50 ($5.25) −3", ".", "1234.5 -5.25 -3")]
    [DataRow("1’234.5 2’000", ".", "1234.5 2000")]
    [DataRow("12,5% 15 %", ",", "12.5 15")]
    [DataRow("€1.5 2.5USD", ".", "1.5 2.5")]
    public void Numbers_are_read_as_people_write_them(string fields, string mark, string numbers)
    {
        var table =
            Table([.. fields.Split(' ').Select((f, i) => f == "%" ? "" : $"{f};{i};{i}").Where(l => l != "")
                .Prepend("n;x;y")]);
        var schema = Infer(table);
        Assert.AreEqual((ColumnKind.Number, mark[0]), (schema.Columns[0].Kind, schema.Columns[0].DecimalMark));
        var view = TableView.Create(table, table.AllRows, schema, withLabel: true);
        Assert.AreEqual(numbers, string.Join(' ', view.GetColumn<float>("n").Where(n => !float.IsNaN(n))));
    }

    [TestMethod]
    public void A_comma_that_could_be_either_follows_the_file_and_is_told_where_nothing_says()
    {
        var (commas, none) = (Table("n;x;y", "1,234;1,5;1", "2,345;2;2"), Table("n;x;y", "1,234;1;1", "2,345;2;2"));
        Assert.AreEqual(',', Infer(commas).Columns[0].DecimalMark);
        Assert.IsEmpty(_notes);
        Assert.AreEqual(',', Infer(none).Columns[0].DecimalMark);
        Assert.AreEqual("column 'n': '1,234' is read as 1.234 (--decimal point reads it otherwise)", _notes.Single());
        Assert.AreEqual('.', Infer(none with { Format = new FileFormat { Decimal = '.' } }).Columns[0].DecimalMark);
        Assert.AreEqual('.', Infer(Table("n|x|y", "1,234|1|1", "2,345|2|2")).Columns[0].DecimalMark);
    }

    [TestMethod]
    [DataRow("2025-01-06 12:30", "2025-02-01T18:00:00Z", true, "mdy")]
    [DataRow("1/6/2025 12:30 PM", "2/15/2025 18:00", false, "mdy")]
    [DataRow("6.1.2025 12:30", "01.02.2025 18:00:00", true, "dmy")]
    [DataRow("6/1/2025 12:30", "15/2/2025 18:00", true, "dmy")]
    [DataRow("6-Jan-2025 12:30", "February 1, 2025 18:00", false, "mdy")]
    public void Dates_become_their_parts(string first, string second, bool isUnambiguous, string order)
    {
        var table = Table("when;y", $"{first};1", $"{second};2", "-;3");
        var schema = Infer(table);
        Assert.AreEqual(order == "dmy", schema.Columns[0].Dates!.DayFirst);
        Assert.AreEqual("when: time, when: month, when: day, when: weekday, when: weekend, when: hour",
            string.Join(", ", schema.Features.Select(f => f.Name)));
        var view = TableView.Create(table, table.AllRows, schema, withLabel: true, Assert.Fail);
        CollectionAssert.AreEqual(new[] { 12.5f, 18, float.NaN }, view.GetColumn<float>("when: hour").ToArray());
        Assert.AreEqual(1f, view.GetColumn<float>("when: month").First());
        Assert.AreEqual(1f, view.GetColumn<float>("when: weekday").First(), "a Monday");
        Assert.AreEqual(12.5f / 24, view.GetColumn<float>("when: time").First(), 1e-6f);
        Assert.IsTrue(isUnambiguous || _notes.Count == 0);
    }

    [TestMethod]
    public void Dates_whose_order_nothing_tells_are_read_month_first_with_a_note()
    {
        var table = Table("when,y", "3/4/2025,1", "5/6/2025,2");
        Assert.IsFalse(Infer(table).Columns[0].Dates!.DayFirst);
        Assert.AreEqual(
            "column 'when': every day and month could be the other; read as month first, so one is 2025-03-04 "
            + "(--dates dmy " +
            "reads them otherwise)", _notes.Single());
        Assert.IsTrue(Infer(table with { Format = new FileFormat { DayFirst = true } }).Columns[0].Dates!.DayFirst);
    }

    [TestMethod]
    public void Numbers_that_name_rows_are_left_out_and_times_are_not()
    {
        var rows = Enumerable.Range(0, 30).Select(i => $"{i + 1},{7919 * i % 1009},{i},{i % 4},{i},{i}")
            .Prepend(",user_id,t,zone_id,index,y");
        var table = Table([.. rows]);
        Assert.AreEqual("t, zone_id", string.Join(", ", Infer(table).Features.Select(f => f.Name)));
        CollectionAssert.AreEqual(new[]
        {
            "column 'column1' only numbers the rows, like an identifier (--number 'column1' uses it): ignored",
            "column 'user_id' only numbers the rows, like an identifier (--number 'user_id' uses it): ignored",
            "column 'index' only numbers the rows, like an identifier (--number 'index' uses it): ignored",
        }, _notes);
        var asked = new SchemaInference(table, table.AllRows, _ => { }) { AsNumber = new HashSet<int> { 1 } }.Infer(5);
        Assert.AreEqual(ColumnKind.Number, asked.Columns[1].Kind);
    }

    [TestMethod]
    public void Options_take_numbers_as_texts_and_leave_columns_out()
    {
        var table = Table("code,n,y", "1,5,1", "2,6,2", "1,7,3");
        var schema = new SchemaInference(table, table.AllRows, _notes.Add)
        {
            AsText = new HashSet<int> { 0 },
            Ignored = new HashSet<int> { 1 },
        }.Infer(2);
        Assert.AreEqual("Text, Ignored, Label", string.Join(", ", schema.Columns.Select(c => c.Kind)));
    }

    [TestMethod]
    public void Nothing_to_predict_from_is_an_error()
    {
        Assert.AreEqual("t.csv has one column only (separator: comma); give --separator if it has more",
            Assert.ThrowsExactly<UserException>(() => Infer(Table("y", "1", "2"))).Message);
        Assert.AreEqual("t.csv: no column is left to predict y from",
            Assert.ThrowsExactly<UserException>(() => Infer(Table("a,y", "1,1", "1,2"))).Message);
    }

    [TestMethod]
    public void A_view_takes_columns_by_name_whatever_their_order()
    {
        var schema = Infer(Table("n,t,y", "1,red,1", "2,blue,2"));
        var view = TableView.Create(Table("t,extra,n", "blue,x,5", ",x,?"), [0, 1], schema, withLabel: false);
        CollectionAssert.AreEqual(new[] { 5f, float.NaN }, view.GetColumn<float>("n").ToArray());
        CollectionAssert.AreEqual(new[] { "blue", "" }, view.GetColumn<string>("t").ToArray());
        CollectionAssert.AreEqual(new[] { float.NaN, float.NaN }, view.GetColumn<float>("y").ToArray());
        Assert.AreEqual("n, t, y", string.Join(", ", view.Schema.Select(c => c.Name)));
    }

    [TestMethod]
    public void A_view_without_names_takes_columns_by_position_with_or_without_the_label()
    {
        var schema = Infer(Table(header: false, "1,red,10", "2,blue,20"));
        foreach (var table in new[] { Table(header: false, "5,blue,30"), Table(header: false, "5,blue") })
        {
            var view = TableView.Create(table, [0], schema, withLabel: false);
            Assert.AreEqual(5f, view.GetColumn<float>("column1").Single());
            Assert.AreEqual("blue", view.GetColumn<string>("column2").Single());
        }
        Assert.AreEqual("t.csv has 2 columns, where the training file had 3; without a header in both they are taken " +
            "by position, so give the same columns", Assert.ThrowsExactly<UserException>(
                () => TableView.Create(Table(header: false, "5,blue"), [0], schema, withLabel: true)).Message);
    }

    [TestMethod]
    public void A_view_names_missing_columns_and_bad_fields()
    {
        var schema = Infer(Table("n,t,y", "1,red,1", "2,blue,2"));
        Assert.AreEqual("t.csv lacks the columns 'n', 't' that the model was trained on; its columns are a, y",
            Assert.ThrowsExactly<UserException>(
                () => TableView.Create(Table("a,y", "1,1"), [0], schema, withLabel: true)).Message);
        var view = TableView.Create(
            Table("n,t,y", "1,red,1", "many,red,1", "-,red,1"), [0, 1, 2], schema, withLabel: true, _notes.Add);
        CollectionAssert.AreEqual(new[] { 1f, float.NaN, float.NaN }, view.GetColumn<float>("n").ToArray());
        Assert.AreEqual("t.csv: 1 of 3 values of column 'n' is no number, such as 'many' in line 3: taken as missing",
            _notes.Single());
    }

    [TestMethod]
    public void Splits_are_seeded_and_come_from_files()
    {
        var split = RowSplit.Random(100, 0.2, seed: 1);
        Assert.HasCount(20, split.Test);
        CollectionAssert.AreEqual(Enumerable.Range(0, 100).ToArray(), split.Train.Concat(split.Test).Order().ToArray());
        CollectionAssert.AreEqual(split.Test, RowSplit.Random(100, 0.2, seed: 1).Test);
        CollectionAssert.AreNotEqual(split.Test, RowSplit.Random(100, 0.2, seed: 2).Test);

        using var folder = new TemporaryFolder();
        var path = folder.Write("folds.csv", "3,1\n0,9\n");
        CollectionAssert.AreEqual(new[] { 1, 3 }, RowSplit.FromFile(path, 0, 5).Test);
        CollectionAssert.AreEqual(new[] { 0, 2, 4 }, RowSplit.FromFile(path, 0, 5).Train);
        Assert.AreEqual($"--fold 2: {path} has 2 folds, numbered from 0",
            Assert.ThrowsExactly<UserException>(() => RowSplit.FromFile(path, 2, 5)).Message);
        Assert.AreEqual($"{path}, fold 1: '9' is not a row number from 0 to 4",
            Assert.ThrowsExactly<UserException>(() => RowSplit.FromFile(path, 1, 5)).Message);
    }

    [TestMethod]
    [DataRow(1000, 10)]
    [DataRow(1000, 2)]
    [DataRow(20, 3)]
    public void A_split_holds_every_class_in_both_parts(int rows, int rare)
    {
        float[] classes = [.. Enumerable.Range(0, rows).Select(i => i < rare ? 1f : i % 3 == 0 ? 2f : 0f)];
        for (var seed = 1; seed <= 20; seed++)
        {
            var split = RowSplit.Random([.. Enumerable.Range(100, rows)], classes, 0.2, seed);
            CollectionAssert.AreEqual(
                Enumerable.Range(100, rows).ToArray(), split.Train.Concat(split.Test).Order().ToArray());
            Assert.HasCount(rows / 5, split.Test);
            Assert.AreEqual(Math.Max(1, rare / 5), split.Test.Count(r => r - 100 < rare));
        }
        Assert.IsFalse(RowSplit.Random([0, 1, 2, 3, 4], [0, 0, 0, 0, 1], 0.2, seed: 1).Test.Contains(4),
            "a class of one row trains");
    }

    /// <summary>The schema that all rows give, with the last column as the label.</summary>
    private TableSchema Infer(Table table) =>
        new SchemaInference(table, table.AllRows, _notes.Add).Infer(table.Names.Count - 1);

    private static Table Table(params string[] lines) => Table(header: true, lines);

    private static Table Table(bool header, params string[] lines)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("t.csv", string.Join('\n', lines));
        return DelimitedFile.Read(path, new FileFormat { Header = header }) with { Path = "t.csv" };
    }
}
