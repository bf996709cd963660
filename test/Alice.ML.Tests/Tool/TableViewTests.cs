using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Tool;

/// <summary>Rows of a file as ML.NET reads them.</summary>
[TestClass]
public sealed class TableViewTests
{
    private readonly List<string> _notes = [];

    [TestMethod]
    public void A_label_has_the_type_of_its_task_and_may_be_missing()
    {
        var table = Table("n,y", "1,a", "2,b", "3,c", "4,d");
        var binary = View(table, [0, 1], Classes(TaskKind.Binary, "a", "b"));
        CollectionAssert.AreEqual(new[] { false, true }, binary.GetColumn<bool>("y").ToArray());
        var several = View(table, [2, 0, 3], Classes(TaskKind.Multiclass, "a", "b", "c"));
        CollectionAssert.AreEqual(new uint[] { 3, 1, 0 }, several.GetColumn<uint>("y").ToArray(), "0 is missing");
        VBuffer<ReadOnlyMemory<char>> names = default;
        several.Schema["y"].GetKeyValues(ref names);
        Assert.AreEqual("a b c", string.Join(' ', names.DenseValues()));
        Assert.AreEqual(3ul, ((KeyDataViewType)several.Schema["y"].Type).Count);

        var unlabelled = Table("n", "1", "2");
        CollectionAssert.AreEqual(new[] { false, false },
            View(unlabelled, [0, 1], Classes(TaskKind.Binary, "a", "b"), withLabel: false).GetColumn<bool>("y")
            .ToArray());
        CollectionAssert.AreEqual(
            new uint[] { 0, 0 }, View(unlabelled, [0, 1], Classes(TaskKind.Multiclass, "a", "b", "c"),
            withLabel: false).GetColumn<uint>("y").ToArray());
        CollectionAssert.AreEqual(new[] { float.NaN, float.NaN },
            View(unlabelled, [0, 1], Target.Number, withLabel: false).GetColumn<float>("y").ToArray());
    }

    [TestMethod]
    public void Rows_are_taken_and_columns_replaced()
    {
        var view = View(Table("n,y", "1,10", "2,20", "3,30"), [0, 1, 2], Target.Number);
        Assert.AreEqual((3, 3L, false), (view.RowCount, view.GetRowCount(), view.CanShuffle));
        var taken = view.Take([2, 0]);
        Assert.AreEqual(2, taken.RowCount);
        CollectionAssert.AreEqual(new[] { 3f, 1 }, taken.GetColumn<float>("n").ToArray());
        CollectionAssert.AreEqual(new[] { 30f, 10 }, taken.GetColumn<float>("y").ToArray());

        var scalar = taken.With("n", [[7], [8]]);
        CollectionAssert.AreEqual(new[] { 7f, 8 }, scalar.GetColumn<float>("n").ToArray());
        CollectionAssert.AreEqual(new[] { 30f, 10 }, scalar.GetColumn<float>("y").ToArray());
        var vector = taken.With("n", [[7, 9], [8, 6]]);
        Assert.AreEqual("7 9, 8 6", string.Join(", ", vector.GetColumn<float[]>("n").Select(v => string.Join(' ', v))));
        Assert.AreEqual("n y", string.Join(' ', vector.Schema.Select(c => c.Name)));
    }

    [TestMethod]
    public void A_cursor_gives_the_columns_that_were_asked_for_in_their_types()
    {
        var view = View(Table("n,y", "1,10", "2,20"), [0, 1], Target.Number);
        using var cursor = view.GetRowCursor([view.Schema["n"]]);
        Assert.AreEqual("column 'y' was not asked for when the cursor was made",
            Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<float>(view.Schema["y"])).Message);
        Assert.AreEqual("column 'n' is Single, not Double",
            Assert.ThrowsExactly<InvalidOperationException>(() => cursor.GetGetter<double>(view.Schema["n"])).Message);
        var (number, id) = (cursor.GetGetter<float>(view.Schema["n"]), cursor.GetIdGetter());
        var (value, place) = (0f, default(DataViewRowId));
        Assert.AreEqual((-1L, 0L), (cursor.Position, cursor.Batch));
        for (var row = 0; row < 2; row++)
        {
            Assert.IsTrue(cursor.MoveNext());
            number(ref value);
            id(ref place);
            Assert.AreEqual(((long)row, row + 1f, (ulong)row), (cursor.Position, value, place.Low));
        }
        Assert.IsFalse(cursor.MoveNext());
        Assert.AreEqual(-1, cursor.Position);
        Assert.HasCount(1, view.GetRowCursorSet(view.Schema, 4));
    }

    [TestMethod]
    public void Fields_that_are_no_numbers_or_dates_are_counted_and_the_first_is_named()
    {
        var dates = new DateColumn(
            false, new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Unspecified), 0, ["month", "day"]);
        var schema = new TableSchema([new("n", ColumnKind.Number), new("when", ColumnKind.Date) { Dates = dates },
            new("kind", ColumnKind.Ignored), new("y", ColumnKind.Label)], true);
        var table = Table("kind,when,n,y", "u,-,1,1", "u,soon,many,2", "v,2025-02-03,-,3", "v,never,few,4");
        var view = TableView.Create(table, [0, 1, 2, 3], schema, withLabel: true, _notes.Add);
        CollectionAssert.AreEqual(new[]
        {
            "t.csv: 2 of 4 values of column 'n' are no numbers, such as 'many' in line 3: taken as missing",
            "t.csv: 2 of 4 values of column 'when' are no dates, such as 'soon' in line 3: taken as missing",
        }, _notes);
        Assert.AreEqual("n, when: month, when: day, y", string.Join(", ", view.Schema.Select(c => c.Name)));
        CollectionAssert.AreEqual(
            new[] { float.NaN, float.NaN, 3, float.NaN }, view.GetColumn<float>("when: day").ToArray());
        Assert.IsNotNull(TableView.Create(table, [0, 1, 2, 3], schema, withLabel: true), "nobody listens");

        _notes.Clear();
        _ = TableView.Create(table, [3], schema, withLabel: true, _notes.Add);
        Assert.AreEqual("t.csv: 1 of 1 values of column 'when' is no date, such as 'never' in line 5: taken as missing",
            _notes[1]);
    }

    [TestMethod]
    public void The_decimal_mark_is_that_of_the_training_unless_given()
    {
        var schema = new TableSchema(
            [new("n", ColumnKind.Number) { DecimalMark = ',' }, new("y", ColumnKind.Label)], true);
        var table = Table("n|y", "1,234|1");
        Assert.AreEqual(1.234f, TableView.Create(table, [0], schema, withLabel: true).GetColumn<float>("n").Single());
        table = table with { Format = new FileFormat { Decimal = '.' } };
        Assert.AreEqual(1234f, TableView.Create(table, [0], schema, withLabel: true).GetColumn<float>("n").Single());
    }

    [TestMethod]
    public void A_part_of_a_date_has_a_name_of_its_own_and_only_the_first_marks_missing_dates()
    {
        var dates = new DateColumn(false, default, 1, ["month", "day"]);
        var schema = new TableSchema([new("when", ColumnKind.Date) { Dates = dates, HasMissing = true },
            new("when: day", ColumnKind.Number), new("t", ColumnKind.Text) { HasManyValues = true },
            new("y", ColumnKind.Label), new("u", ColumnKind.Text), new("w", ColumnKind.Text) { IsFreeText = true },
            new("out", ColumnKind.Ignored)], true);
        Assert.AreEqual("when: month:True, when: day_:False, when: day:False, t:False, u:False, w:False",
            string.Join(", ", schema.Features.Select(f => $"{f.Name}:{f.HasMissing}")));
        Assert.AreEqual("when, when: day, t, u, w", string.Join(", ", schema.Used.Select(c => c.Name)));
        Assert.AreEqual("u", string.Join(", ", schema.Columns.Where(c => c.IsCategory).Select(c => c.Name)));
        Assert.AreEqual("y", schema.Label.Name);
    }

    [TestMethod]
    public void Columns_are_found_by_name_or_by_place()
    {
        ColumnSchema[] columns = [new("a", ColumnKind.Number), new("y", ColumnKind.Label), new("x", ColumnKind.Ignored),
            new("b", ColumnKind.Number)];
        var (named, nameless) = (new TableSchema(columns, true), new TableSchema(columns, false));
        var (file, bare) = (Table("b,y,a", "1,2,3"), Table("1,2,3") with { HasHeader = false });
        Assert.AreEqual("a2 b0 y1", Places(named, file, true));
        Assert.AreEqual("a2 b0", Places(named, file, false));
        Assert.AreEqual("a0 b2", Places(named, bare, false), "without the label");
        Assert.AreEqual("a0 b2", Places(nameless, file, false));
        Assert.AreEqual("a0 b3 y1", Places(named, Table("1,2,3,4") with { HasHeader = false }, true));
        Assert.AreEqual("a0 b3", Places(named, Table("1,2,3,4") with { HasHeader = false }, false));
        const string byPlace = "t.csv has 3 columns, where the training file had 4; without a header in both they are "
            + "taken by position, so give the same columns";
        Assert.AreEqual(byPlace, Message(() => named.Locate(bare, true)));
        Assert.AreEqual(byPlace.Replace("3 columns", "2 columns"),
            Message(() => named.Locate(Table("1,2") with { HasHeader = false }, false)));
        Assert.AreEqual("t.csv lacks the column 'y' that the model was trained on; its columns are b, a",
            Message(() => named.Locate(Table("b,a", "1,2"), true)));
        Assert.AreEqual("t.csv lacks the columns 'a', 'b', 'y' that the model was trained on; its columns are x",
            Message(() => named.Locate(Table("x", "1"), true)));
    }

    [TestMethod]
    [DataRow(20, "")]
    [DataRow(21, ", … (21 in all)")]
    public void Of_many_columns_twenty_are_listed(int count, string rest)
    {
        string[] names = [.. Enumerable.Range(1, count).Select(i => $"c{i}")];
        var table = new Table("t.csv", names, false, ',', []);
        Assert.AreEqual($"--label z: t.csv has no such column. Its columns are "
            + $"{string.Join(", ", names.Take(20))}{rest}; no header line was found (--header if there is one), so "
            + $"name a column by its number",
            Message(() => table.Column("z", "--label")));
        Assert.AreEqual(0, table.Column($"-{count}", "--label"));
        Assert.AreEqual(count - 1, table.Column($"{count}", "--label"));
        StringAssert.StartsWith(Message(() => table.Column($"-{count + 1}", "--label")),
            $"--label -{count + 1}: t.csv has ");
    }

    private static string Places(TableSchema schema, Table table, bool withLabel) => string.Join(' ',
        schema.Locate(table, withLabel).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => p.Key + p.Value));

    private static string Message(Action action) => Assert.ThrowsExactly<UserException>(action).Message;

    private static Target Classes(TaskKind task, params string[] classes) => new(task, classes);

    private static TableView View(Table table, int[] rows, Target target, bool withLabel = true) =>
        TableView.Create(table,
        rows, new TableSchema([new("n", ColumnKind.Number), new("y", ColumnKind.Label)], true) { Target = target },
        withLabel);

    private static Table Table(params string[] lines)
    {
        var separator = lines[0].Contains('|') ? '|' : ',';
        return new("t.csv", lines[0].Split(separator), true, separator,
            [.. lines.Skip(1).Select((line, i) => new Record(i + 2, line.Split(separator)))]);
    }
}
