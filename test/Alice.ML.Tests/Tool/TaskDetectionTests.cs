using Alice.ML.Tool.Data;
using Alice.ML.Tool.Shell;

namespace Alice.ML.Tests.Tool;

[TestClass]
public sealed class TaskDetectionTests
{
    [TestMethod]
    [DataRow("0 1 1 0", TaskKind.Binary)]
    [DataRow("true false true", TaskKind.Binary)]
    [DataRow("yes no no no no no no no", TaskKind.Binary)]
    [DataRow("2.5 -1 2.5", TaskKind.Binary)]
    [DataRow("0 1 - 0 1", TaskKind.Binary, DisplayName = "a mark for missing among numbers")]
    [DataRow("Yes yes no YES No", TaskKind.Binary, DisplayName = "upper and lower case")]
    [DataRow("$1.50 $2 $1,234.25", TaskKind.Regression)]
    [DataRow("1,5 2 3,1", TaskKind.Regression, DisplayName = "decimal commas")]
    [DataRow("12% 15% 3.5%", TaskKind.Regression)]
    [DataRow("10% 20% 10%", TaskKind.Binary)]
    [DataRow("ham spam 17 spam", TaskKind.Multiclass)]
    [DataRow("red green blue", TaskKind.Multiclass)]
    [DataRow("0 1 2 0 1 2", TaskKind.Multiclass)]
    [DataRow("1 2 3 4 4 3 2 1", TaskKind.Multiclass)]
    [DataRow("1.0 2.0 3.0", TaskKind.Multiclass)]
    [DataRow("0 1 3 0 1 3", TaskKind.Regression, DisplayName = "a gap")]
    [DataRow("3 4 5 3 4 5", TaskKind.Regression, DisplayName = "neither from 0 nor from 1")]
    [DataRow("0 0.5 1 0 0.5 1", TaskKind.Regression, DisplayName = "fractions")]
    [DataRow("0 1 2 -1", TaskKind.Regression, DisplayName = "below 0")]
    [DataRow("0 0 0 0 0 0 1 1 1 1 1 1 2", TaskKind.Regression, DisplayName = "a rare value: counts")]
    [DataRow("0 0 0 0 0 0 1 1 1 1 1 2", TaskKind.Multiclass, DisplayName = "a quarter of the mean frequency")]
    public void The_labels_decide_the_task(string labels, TaskKind task) =>
        Assert.AreEqual(task, Infer(labels, null, _ => { }).Task);

    [TestMethod]
    [DataRow(20, TaskKind.Multiclass)]
    [DataRow(21, TaskKind.Regression)]
    public void Up_to_20_whole_numbers_are_codes(int count, TaskKind task) =>
        Assert.AreEqual(
            task, Infer(string.Join(' ', Enumerable.Range(0, 3 * count).Select(i => i % count)), null, _ => { }).Task);

    [TestMethod]
    [DataRow("1 0 1", "task: binary, since 'y' holds two values, 0 and 1 (--task gives another); the positive class " +
        "is 1")]
    [DataRow("No yes No", "task: binary, since 'y' holds two values, No and yes (--task gives another); the " +
        "positive class is yes")]
    [DataRow("b a c", "task: multiclass, since 'y' holds 3 different texts (--task gives another)")]
    [DataRow("1 2 3", "task: multiclass, since 'y' holds whole numbers from 1 to 3 only, each often, like codes of " +
        "classes (--task gives another)")]
    [DataRow("1.5 2 3", "task: regression, since 'y' holds numbers (--task gives another)")]
    public void The_note_says_what_was_decided_and_why(string labels, string note)
    {
        var notes = new List<string>();
        _ = Infer(labels, null, notes.Add);
        Assert.AreEqual(note, notes.Single());
    }

    [TestMethod]
    [DataRow("0 1 2 0 1 2", TaskKind.Regression, "")]
    [DataRow("10 9 100", TaskKind.Multiclass, "9 10 100")]
    [DataRow("1 1.0 01 2", TaskKind.Binary, "1 2")]
    [DataRow("b B a", TaskKind.Multiclass, "a B b")]
    public void A_task_that_is_asked_for_needs_no_note_and_orders_the_classes(
        string labels, TaskKind task, string classes)
    {
        var target = Infer(labels, task, Assert.Fail);
        Assert.AreEqual(task, target.Task);
        Assert.AreEqual(classes, string.Join(' ', target.Classes));
    }

    [TestMethod]
    [DataRow("red red", null, "t.csv: the label column 'y' is red in every training row, so there is nothing to " +
        "learn; name another with --label")]
    [DataRow("1 x", TaskKind.Regression, "t.csv, line 3: the label column 'y' holds 'x', and regression needs " +
        "numbers; correct it, or name another with --label")]
    [DataRow("c a b", TaskKind.Binary, "--task binary: the label column 'y' holds 3 different values, among them a, " +
        "b, c; give --task multiclass, or name another with --label")]
    [DataRow("2025-01-01 2025-01-02 2025-01-05", null, "t.csv: the label column 'y' holds dates, which cannot be "
        + "predicted; make it a " +
        "number, such as days since a date, or give --task multiclass if these are classes")]
    [DataRow("1 2 3 4 5 6 7 8 9 10 11 x", null, "t.csv, line 13: the label column 'y' holds 'x', and numbers in 11 " +
        "other rows; correct it, give --missing 'x' if it means 'no value', --task regression to skip the rows without "
            + "a number, or --task " +
        "multiclass if these are classes")]
    public void Labels_that_cannot_be_learned_are_refused(string labels, TaskKind? task, string message) =>
        Assert.AreEqual(message, Assert.ThrowsExactly<UserException>(() => Infer(labels, task, _ => { })).Message);

    [TestMethod]
    public void Classes_that_are_nearly_all_different_are_refused() =>
        Assert.AreEqual("t.csv: the label column 'y' holds 101 different values in 200 rows, too many to tell " +
            "apart; name another with --label",
            Assert.ThrowsExactly<UserException>(() => Infer(
                string.Join(' ', Enumerable.Range(0, 200).Select(i => $"d{Math.Min(i, 100)}")), null, _ => { }))
                .Message);

    [TestMethod]
    public void A_label_that_training_did_not_hold_is_refused_of_two_and_unknown_of_several()
    {
        var table = Table("a c");
        CollectionAssert.AreEqual(new[] { 0f, -1f },
            new Target(TaskKind.Multiclass, ["a", "b"]).Read(table, table.AllRows, 1));
        Assert.AreEqual("t.csv, line 3: the label column 'y' holds 'c', which is neither 'a' nor 'b'; correct it, or " +
            "train with --task multiclass",
            Assert.ThrowsExactly<UserException>(
                () => new Target(TaskKind.Binary, ["a", "b"]).Read(table, table.AllRows, 1)).Message);
    }

    [TestMethod]
    public void Folds_test_every_row_once_and_hold_every_class_in_its_share()
    {
        int[] rows = [.. Enumerable.Range(100, 50)];
        float[] classes = [.. rows.Select(r => r % 10 == 0 ? 1f : 0f)];
        var folds = RowSplit.Folds(rows, classes, 5, seed: 1);
        CollectionAssert.AreEqual(rows, folds.SelectMany(f => f.Test).Order().ToArray());
        foreach (var fold in folds)
        {
            CollectionAssert.AreEqual(rows, fold.Train.Concat(fold.Test).Order().ToArray());
            Assert.HasCount(10, fold.Test);
            Assert.AreEqual(1, fold.Test.Count(r => r % 10 == 0));
        }
        CollectionAssert.AreEqual(folds[0].Test, RowSplit.Folds(rows, classes, 5, seed: 1)[0].Test);
        CollectionAssert.AreNotEqual(folds[0].Test, RowSplit.Folds(rows, classes, 5, seed: 2)[0].Test);
        Assert.AreEqual("--folds 5: there are 4 rows only; give a smaller number",
            Assert.ThrowsExactly<UserException>(() => RowSplit.Folds([1, 2, 3, 4], null, 5, seed: 1)).Message);
    }

    private static Target Infer(string labels, TaskKind? task, Action<string> note)
    {
        var table = Table(labels);
        return LabelColumn.Infer(table, table.AllRows, 1, task, positive: null, note);
    }

    /// <summary>Columns x, which is empty, and y, the labels.</summary>
    private static Table Table(string labels) => new("t.csv", ["x", "y"], true, ';',
        [.. labels.Split(' ').Select((label, i) => new Record(i + 2, ["", label]))]);
}
