using Alice.ML.Samples;
using Alice.ML.Samples.Data;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Samples;

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
        var few = Infer(Table([.. Enumerable.Range(0, 30).SelectMany(i => Enumerable.Repeat($"t{i},{i}", i == 29 ? 5 : 3)).Prepend("t,y")]));
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
        var schema = Infer(Table([.. Enumerable.Range(0, rows).Select(i => $"key{i % values},{i * i % 7},{i}").Prepend("t,n,y")]));
        Assert.AreEqual(isLeftOut ? ColumnKind.Ignored : ColumnKind.Text, schema.Columns[0].Kind);
        Assert.AreEqual(isLeftOut ? $"column 't' is text with {values} different values in {rows} rows, like an identifier: ignored" : null,
            _notes.FirstOrDefault(note => note.Contains("identifier")));
    }

    [TestMethod]
    public void A_stray_text_among_numbers_is_an_error_that_names_its_line()
    {
        var table = Table([.. Enumerable.Range(0, 50).Select(i => i == 20 ? "oops,1" : $"{i},{i}").Prepend("n,y")]);
        Assert.AreEqual("t.csv, line 22: column 'n' holds 'oops', and numbers in 49 other rows; mend it, give " +
            "--missing 'oops' if it means 'no value', or --text 'n' if the column is a category",
            Assert.ThrowsExactly<UserException>(() => Infer(table)).Message);
    }

    [TestMethod]
    public void Decimal_commas_are_an_error_rather_than_categories() =>
        Assert.AreEqual("t.csv, line 2: column 'n' holds '1,5'; write numbers with a decimal point and no thousands " +
            "separators, or give --text 'n' if the column is a category",
            Assert.ThrowsExactly<UserException>(() => Infer(Table("n;y", "1,5;1", "2;2", "3,1;3"))).Message);

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
        Assert.AreEqual("t.csv, line 2: column 'n' holds 'many' where a number is needed; mend it, or give --missing " +
            "'many' if it means 'no value'", Assert.ThrowsExactly<UserException>(
                () => TableView.Create(Table("n,t,y", "many,red,1"), [0], schema, withLabel: true)).Message);
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
