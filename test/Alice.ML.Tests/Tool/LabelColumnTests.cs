using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;
using Microsoft.ML.Data;

namespace Alice.ML.Tests.Tool;

/// <summary>What the label column means.</summary>
[TestClass]
public sealed class LabelColumnTests
{
    private readonly List<string> _notes = [];

    [TestMethod]
    [DataRow("1 2 - 3 x", "1", "0 1 3", "2 of 5 rows of t.csv have no 'y': skipped", DisplayName = "numbers")]
    [DataRow("a b - c  ", "a", "0 1 2 3", "2 of 6 rows of t.csv have no 'y': skipped", DisplayName = "texts")]
    [DataRow("1 2", "1", "0 1", "")]
    [DataRow("1,5 1.5", "1,5", "0", "1 of 2 rows of t.csv have no 'y': skipped", DisplayName = "decimal commas")]
    public void Rows_without_a_label_are_skipped_and_counted(string labels, string class0, string rows, string note)
    {
        var table = Table(labels);
        var target = new Target(TaskKind.Multiclass, [class0]) { DecimalMark = class0.Contains(',') ? ',' : '.' };
        var labelled = LabelColumn.LabelledRows(table, table.AllRows, 1, target, _notes.Add);
        Assert.AreEqual(rows, string.Join(' ', labelled));
        Assert.AreEqual(note, string.Join('\n', _notes));
    }

    [TestMethod]
    public void The_decimal_mark_of_the_file_wins_over_that_of_the_training()
    {
        var table = Table("1,5 1.5") with { Format = new FileFormat { Decimal = '.' } };
        CollectionAssert.AreEqual(new[] { 1 }, LabelColumn.LabelledRows(table, [0, 1], 1,
            new Target(TaskKind.Regression, []) { DecimalMark = ',' }, _ => { }));
    }

    [TestMethod]
    [DataRow("", null)]
    [DataRow("", TaskKind.Regression)]
    public void A_column_without_a_label_is_refused(string labels, TaskKind? task)
    {
        const string message = "t.csv: the label column 'y' has no values; name another with --label";
        Assert.AreEqual(message, Message(() => Infer(labels, task)));
        var table = Table(labels);
        Assert.AreEqual(message, Message(() => LabelColumn.LabelledRows(table, [0], 1, Target.Number, _ => { })));
    }

    [TestMethod]
    [DataRow("1 2 3 x y", "the label column 'y': 2 of 5 values are no numbers, such as 'x' in line 5: taken as missing "
        + "(--task multiclass takes every text as a class)")]
    [DataRow("1 2 - 3", "the label column 'y': '-' stands for a missing number")]
    [DataRow("1 2 3", "")]
    public void Regression_takes_texts_as_missing_where_most_labels_are_numbers(string labels, string note)
    {
        Assert.AreEqual(TaskKind.Regression, Infer(labels, TaskKind.Regression).Task);
        Assert.AreEqual(note, string.Join('\n', _notes));
    }

    [TestMethod]
    [DataRow("1 2 x y", TaskKind.Regression, "t.csv, line 4: the label column 'y' holds 'x', and regression needs "
        + "numbers; correct it, or name another with --label")]
    [DataRow("2025-1-1 2025-1-2 2025-1-3", TaskKind.Regression, "t.csv: the label column 'y' holds dates, which cannot "
        + "be predicted; make it a number, such as days since a date, or give --task multiclass if these are classes")]
    [DataRow("1 2 3 x y", null, "t.csv, line 5: the label column 'y' holds 'x', and numbers in 3 other rows; correct "
        + "it, give --missing 'x' if it means 'no value', --task regression to skip the rows without a number, or "
        + "--task multiclass if these are classes")]
    [DataRow("1 2 x y", null, "")]
    [DataRow("2025-1-1 2025-1-2 2025-1-3", TaskKind.Multiclass, "")]
    [DataRow("2025-1-1 2025-1-2", TaskKind.Binary, "")]
    [DataRow("1 2 3 x y", TaskKind.Multiclass, "")]
    [DataRow("1 2", TaskKind.Binary, "")]
    [DataRow("1 1", TaskKind.Multiclass, "t.csv: the label column 'y' is 1 in every training row, so there is nothing "
        + "to learn; name another with --label")]
    public void Labels_that_are_neither_numbers_nor_classes_are_refused(string labels, TaskKind? task, string message)
    {
        if (message == "")
            Assert.AreEqual(task ?? TaskKind.Multiclass, Infer(labels, task).Task);
        else
            Assert.AreEqual(message, Message(() => Infer(labels, task)));
    }

    [TestMethod]
    [DataRow(101, 202, true)]
    [DataRow(101, 201, false, DisplayName = "in more than half of the rows")]
    [DataRow(100, 110, true, DisplayName = "a hundred are classes")]
    public void More_than_a_hundred_classes_need_rows(int classes, int rows, bool isTaken)
    {
        var numbers = string.Join(' ', Enumerable.Range(0, rows).Select(i => Math.Min(i, classes - 1)));
        Assert.AreEqual(TaskKind.Regression, Infer(numbers, null).Task);
        foreach (var (labels, task) in new[
            ] { (numbers, (TaskKind?)TaskKind.Multiclass), (numbers.Replace(" ", " d"), null) })
        {
            if (isTaken)
                Assert.HasCount(classes, Infer(labels, task).Classes);
            else
                Assert.AreEqual($"t.csv: the label column 'y' holds {classes} different values in {rows} rows, too "
                    + $"many to tell apart; name another with --label", Message(() => Infer(labels, task)));
        }
    }

    [TestMethod]
    [DataRow("0 1 1", null, "1", "0 1")]
    [DataRow("0 1 1", null, "0", "1 0")]
    [DataRow("0 1 1", TaskKind.Binary, "0.0", "1 0", DisplayName = "the same number")]
    [DataRow("no yes", null, "NO", "yes no", DisplayName = "whatever the case")]
    [DataRow("no No", TaskKind.Binary, "No", "no No", DisplayName = "unless there are both")]
    [DataRow("no No", TaskKind.Binary, "no", "No no")]
    [DataRow("no yes", null, "maybe", "--positive maybe: the label column 'y' holds no and yes; give one of these")]
    [DataRow("a b c", null, "a", "--positive is for two classes, and the task is multiclass; leave it out")]
    public void The_positive_class_of_two_is_the_later_or_the_one_that_is_given(
        string labels, TaskKind? task, string positive, string expected)
    {
        string found;
        try
        {
            found = string.Join(' ', Infer(labels, task, positive).Classes);
        }
        catch (UserException e)
        {
            found = e.Message;
        }
        Assert.AreEqual(expected, found);
    }

    [TestMethod]
    [DataRow("No no No YES yes YES", null, "No YES", true, DisplayName = "the more frequent spelling")]
    [DataRow("no no No YES yes yes", null, "no yes", true)]
    [DataRow("No no YES yes", TaskKind.Multiclass, "No no YES yes", false)]
    [DataRow("no yes", null, "no yes", false)]
    [DataRow("no  yes", null, "no yes", false, DisplayName = "a row without a label")]
    [DataRow("no No", null, "No no", false, DisplayName = "nothing else would be left")]
    [DataRow("a A b c", null, "A a b c", false)]
    [DataRow("10,5 9,5", null, "9,5 10,5", false, DisplayName = "by value")]
    [DataRow("10 9 x z", null, "10 9 x z", false, DisplayName = "by text")]
    public void Classes_are_in_order_and_case_counts_unless_only_it_makes_more_than_two(
        string labels, TaskKind? task, string classes, bool ignoresCase)
    {
        var target = Infer(labels, task);
        Assert.AreEqual(classes, string.Join(' ', target.Classes));
        Assert.AreEqual(ignoresCase, target.IgnoresCase);
        Assert.AreEqual(labels.Contains(',') ? ',' : '.', target.DecimalMark);
        Assert.AreEqual(!labels.Any(char.IsLetter), target.IsNumeric);
        var table = Table(labels.Replace("No ", "NO "));
        if (ignoresCase)
            Assert.IsTrue(target.Read(table, table.AllRows, 1).All(l => l is 0 or 1));
        else if (target.Task == TaskKind.Multiclass)
            CollectionAssert.AreEqual(
                labels.Split(' ').Select(l => (float)target.Classes.ToList().IndexOf(l)).ToArray(),
                target.Read(table = Table(labels), table.AllRows, 1));
    }

    [TestMethod]
    [DataRow("1.0", "1")]
    [DataRow("1e0", "1")]
    [DataRow("-0.50", "-0.5")]
    [DataRow("1,0", "1,0")]
    [DataRow("nan", "nan")]
    [DataRow("1e99", "1e99")]
    [DataRow("red", "red")]
    public void The_same_number_is_the_same_class(string field, string expected) =>
        Assert.AreEqual(expected, Target.ClassOf(field));

    [TestMethod]
    public void Numbers_of_two_values_in_three_spellings_are_no_codes() =>
        Assert.AreEqual((TaskKind.Regression, "holds numbers"),
            TaskDetection.Detect(["0", "$1", "1"], ["0", "$1", "1"], '.'));

    [TestMethod]
    public void A_table_passes_the_options_for_its_columns_on()
    {
        var table = new Table("t.csv", ["n", "code", "kind", "out", "y"], true, ',',
            [new(2, ["1", "1", "2", "5", "a"]), new(3, ["x", "2", "3", "6", "b"]), new(4, ["3", "3", "4", "7", ""])]);
        var labelled = new LabelledTable(table, 4, null)
        {
            Positive = "a",
            AsText = new HashSet<int> { 2 },
            AsNumber = new HashSet<int> { 0 },
            Ignored = new HashSet<int> { 3 },
        };
        var target = labelled.InferTarget(table.AllRows, _ => { });
        Assert.AreEqual("b a", string.Join(' ', target.Classes));
        CollectionAssert.AreEqual(new[] { 0, 1 }, labelled.Labelled(table.AllRows, target, _notes.Add));
        CollectionAssert.AreEqual(new[] { 1f, 0 }, labelled.Classes([0, 1], target));
        Assert.IsNull(labelled.Classes([0, 1], Target.Number));
        var schema = labelled.InferSchema(table.AllRows, target, _ => { });
        Assert.AreEqual("Number Number Text Ignored Label", string.Join(' ', schema.Columns.Select(c => c.Kind)));
        Assert.AreSame(target, schema.Target);

        var (view, labels) = LabelledTable.Read(table, table.AllRows, schema, _notes.Add);
        CollectionAssert.AreEqual(new[] { true, false }, view.GetColumn<bool>("y").ToArray());
        CollectionAssert.AreEqual(new[] { 1f, 0 }, labels);
        Assert.AreEqual("1 of 3 rows of t.csv have no 'y': skipped", _notes[1]);
        var bare = table with { Names = ["n", "code", "kind", "out", "z"] };
        Assert.AreEqual(
            "t.csv lacks the column 'y' that the model was trained on; its columns are n, code, kind, out, z",
            Message(() => LabelledTable.Read(bare, [0], schema, _ => { })));
    }

    private Target Infer(string labels, TaskKind? task, string? positive = null)
    {
        var table = Table(labels);
        return LabelColumn.Infer(table, table.AllRows, 1, task, positive, note =>
        {
            if (!note.StartsWith("task: ", StringComparison.Ordinal))
                _notes.Add(note);
        });
    }

    private static string Message(Action action) => Assert.ThrowsExactly<UserException>(action).Message;

    private static Table Table(string labels) => new("t.csv", ["x", "y"], true, ';',
        [.. labels.Split(' ').Select((label, i) => new Record(i + 2, ["", label]))]);
}
